import { minutesAgo, nowMs } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

export const connections: Answer<'listConnections'> = {
  connections: [
    {
      id: 'local',
      name: 'Local',
      kind: 'kafka',
      environment: { name: 'local', colour: 'grey', production: false },
      readOnly: false,
      registryConfigured: true,
      editing: 'approved',
    },
  ],
}
export const connection: Answer<'showConnection'> = {
  id: 'local',
  name: 'Local',
  kind: 'kafka',
  environment: { name: 'local', colour: 'grey', production: false },
  readOnly: false,
  registryConfigured: true,
  editing: 'approved',
  broker: { clusterId: 'PidYKq0BQv6AKXIoywCMtw', version: '4.1', brokers: 3 },
  capabilities: {
    'list-topics': { state: 'yes' },
    'read-messages': { state: 'yes' },
    'list-groups': { state: 'yes' },
    publish: { state: 'denied', why: 'the user may not write to orders' },
    'topic-sizes': { state: 'unavailable', why: 'the broker did not answer within 2 s' },
    'create-topics': { state: 'yes' },
    'delete-topics': { state: 'yes' },
    'change-topic-settings': { state: 'yes' },
    'add-partitions': {
      state: 'denied',
      why: 'This user has no Alter right on any of the topics it may list (12).',
    },
    registry: { state: 'no', why: 'no registry is configured' },
  },
}
export const health: Answer<'showHealth'> = {
  state: 'degraded',
  version: '0.1.0',
  dependencies: [
    { name: 'database', state: 'up', detail: 'PostgreSQL 18.4', latencyMs: 1.2 },
    { name: 'registry local', state: 'down', detail: 'no answer within 2 s', latencyMs: 2_000 },
  ],
  checkedAt: nowMs,
}

const points = Array.from({ length: 60 }, (_, index) => (index % 9 === 0 ? null : index))
export const overview: Answer<'showOverview'> = {
  data: {
    troubles: [
      {
        id: 'failure-group:a37c9b4b4d4c76d5',
        severity: 'critical',
        kind: 'failure-group',
        title: 'payments keeps failing on orders',
        cause: 'CardDeclinedException at PaymentClient.charge',
        numbers: '512 dead letters, 38/min',
        sinceMs: minutesAgo(20),
        link: { noun: 'failure-group', id: 'a37c9b4b4d4c76d5', label: 'Open failure group' },
      },
    ],
    freshness: [
      { source: 'lag-sampling', lastGoodAt: nowMs, limitMs: 60_000, stale: false, detail: '' },
      { source: 'worker', lastGoodAt: minutesAgo(9), limitMs: 60_000, stale: true, detail: 'no worker runs' },
    ],
    sparklines: [
      { name: 'produced', unit: '/s', points },
      { name: 'lag', unit: '', points },
    ],
    replaysRunning: 1,
    map: {
      nodes: [
        { id: 's:orders', kind: 'service', name: 'orders', trouble: null },
        { id: 't:orders', kind: 'topic', name: 'orders', trouble: 'critical' },
        { id: 's:payments', kind: 'service', name: 'payments', trouble: 'warning' },
      ],
      edges: [
        { from: 's:orders', to: 't:orders', perMinute: 300 },
        { from: 't:orders', to: 's:payments', perMinute: 290 },
      ],
    },
  },
  degraded: [],
  checkedAt: nowMs,
}
export const nothingWrong: Answer<'showOverview'> = {
  ...overview,
  data: {
    ...overview.data,
    troubles: [],
    freshness: [{ source: 'lag-sampling', lastGoodAt: nowMs, limitMs: 60_000, stale: false, detail: '' }],
    map: { nodes: [], edges: [] },
  },
}

type Topic = Answer<'listTopics'>['data']['topics'][number]
export const topicOf = (name: string): Topic => ({
  name,
  kind: name.endsWith('-dlt') ? 'dead-letter' : 'ordinary',
  partitions: 6,
  replicationFactor: 3,
  underReplicated: 1,
  offline: 0,
  messages: '2904113',
  messagesAreUpperBound: false,
  producedPerSecond: 210,
  sizeBytes: '14200000000',
  retentionMs: '604800000',
  retentionBytes: null,
  cleanupPolicy: 'delete',
  lastMessageAt: nowMs - 4_000,
  groups: [{ group: 'payments', lagMessages: '12', state: 'stable' }],
  lagMessages: '12',
})
export const topicsNamed = (...names: readonly string[]): Answer<'listTopics'> => ({
  data: { topics: names.map(topicOf), total: names.length, unfilteredTotal: 2 },
  degraded: [],
  checkedAt: nowMs,
})
const longName = `orders-${'of-the-warehouse-in-the-north-'.repeat(6)}dlt`
export const topics = topicsNamed('orders', longName)
export const topic: Answer<'showTopic'> = {
  data: {
    ...topicOf('orders'),
    topicId: null,
    partitionRows: [
      {
        partition: 0,
        leader: 1,
        replicas: [1, 2, 3],
        inSync: [1, 2],
        startOffset: '0',
        endOffset: '88213',
        sizeBytes: '11000000000',
        replicaSizes: [
          { broker: 1, sizeBytes: '11000000000' },
          { broker: 2, sizeBytes: '10900000000' },
        ],
        lastMessageAt: nowMs - 4_000,
      },
      {
        partition: 1,
        leader: null,
        replicas: [1, 2, 3],
        inSync: [],
        startOffset: null,
        endOffset: null,
        sizeBytes: null,
        replicaSizes: [],
        lastMessageAt: null,
      },
      {
        partition: 2,
        leader: 2,
        replicas: [2, 3, 1],
        inSync: [2, 3, 1],
        startOffset: '0',
        endOffset: '1213',
        sizeBytes: '200000000',
        replicaSizes: [{ broker: 2, sizeBytes: '200000000' }],
        lastMessageAt: nowMs - 90_000_000,
      },
    ],
    config: [
      {
        name: 'retention.ms',
        value: '259200000',
        readable: '3 d',
        defaultValue: '604800000',
        defaultReadable: '7 d',
        source: 'topic',
        isReadOnly: false,
        explanation: 'How long a message is kept at least before it may be deleted.',
        choices: [],
      },
      {
        name: 'ssl.keystore.password',
        value: null,
        readable: null,
        defaultValue: null,
        defaultReadable: null,
        source: 'default',
        isReadOnly: true,
        explanation: null,
        choices: [],
      },
    ],
    may: {
      delete: { state: 'yes' },
      changeSettings: { state: 'yes' },
      addPartitions: { state: 'denied', why: 'This user has no Alter right on orders.' },
    },
  },
  degraded: [],
  checkedAt: nowMs,
}
export const unreadTopic: Answer<'showTopic'> = { ...topic, data: { ...topic.data, groups: [] } }

type Group = Answer<'listGroups'>['data']['groups'][number]
const groupRow: Group = {
  group: 'payments',
  state: 'stable',
  members: 2,
  topics: ['orders'],
  lagMessages: '18402',
  verdict: {
    kind: 'falling-behind',
    sentence: 'payments falls behind on orders: lag 18,402, growing 220/s',
    lagChangePerSecond: 220,
    catchUpMs: null,
    sinceMs: minutesAgo(30),
  },
  sampledAt: nowMs,
  trend: points,
}
export const groupsOf = (...groups: readonly Group[]): Answer<'listGroups'> => ({
  data: { groups: [...groups], unfilteredTotal: 1 },
  degraded: [],
  checkedAt: nowMs,
})
export const groups = groupsOf(groupRow)
export const group: Answer<'showGroup'> = {
  data: {
    ...groupRow,
    protocol: 'classic',
    partitions: [
      {
        topic: 'orders',
        partition: 0,
        committedOffset: '69811',
        endOffset: '88213',
        lagMessages: '18402',
        memberId: 'payments-1-1f0c',
        clientId: 'payments-1',
        host: '/10.0.0.7',
        oldestUnreadAt: minutesAgo(6),
      },
    ],
    producedPerSecond: 210,
    consumedPerSecond: 0.5,
    margin: {
      oldestUnreadAt: minutesAgo(6),
      lossAt: nowMs + 3 * 86_400_000,
      lostMessages: '0',
      sentence: 'The oldest unread message will be deleted in 3 d.',
    },
  },
  degraded: [],
  checkedAt: nowMs,
}
export const lag: Answer<'showLagHistory'> = {
  series: [
    {
      topic: 'orders',
      points: points.map((lagMessages, index) => ({
        atMs: minutesAgo(60 - index),
        lagMessages,
        producedPerSecond: 5,
        consumedPerSecond: 4,
      })),
    },
  ],
  marks: [{ id: '1', atMs: minutesAgo(30), kind: 'deploy', text: 'payments 1.0.1' }],
  sampledAt: nowMs,
}
