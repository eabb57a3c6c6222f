import { nowMs } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

type Change = Answer<'showTopicChange'>

export const formats: Answer<'listTopicFormats'> = {
  topics: [
    { topic: 'orders', key: ['text'], value: ['avro', 'json'], messages: 5, sampledAt: nowMs, problem: null },
  ],
  partial: true,
}
export const catalogue: Answer<'listTopicSettings'> = {
  settings: [
    { name: 'cleanup.policy', explanation: 'How old messages go.', choices: ['delete', 'compact'] },
    { name: 'retention.ms', explanation: 'How long a message is kept at least.', choices: [] },
  ],
  brokers: 3,
  mayCreate: { state: 'yes' },
}
const change: Change = {
  id: '7a5cbe2a-1c7e-4b53-9c58-0d1a4a1f2b11',
  request: { action: 'change-settings', topic: 'orders', settings: { 'retention.ms': '3600000' } },
  plan: {
    title: 'Change the configuration of orders',
    effect: 'Change retention.ms of orders',
    steps: ['retention.ms goes from 7 d to 1 h.'],
    findings: [
      {
        severity: 'warning',
        code: 'deletes',
        sentence: 'Retention from 7 d to 1 h deletes about 2,904,113 messages, 3.10 GB, within minutes.',
        field: 'retention.ms',
      },
    ],
    settings: [
      {
        name: 'retention.ms',
        before: '604800000',
        beforeReadable: '7 d',
        after: '3600000',
        afterReadable: '1 h',
        isDefaultAfter: false,
        explanation: 'How long a message is kept at least before it may be deleted.',
      },
    ],
    readers: [],
    subjects: [],
    undo: 'The former values are offered again after the change.',
    nameToType: null,
    environment: { name: 'local', colour: 'grey', production: false },
  },
  state: 'planned',
  plannedAt: nowMs - 20_000,
  plannedBy: 'local operator',
  finishedAt: null,
  failure: null,
  undo: null,
}
export const plannedChange = change
export const doneChange: Change = {
  ...change,
  state: 'done',
  finishedAt: nowMs - 2_000,
  undo: { action: 'change-settings', topic: 'orders', settings: { 'retention.ms': null } },
}
export const plannedDeletion: Change = {
  ...change,
  request: { action: 'delete', topic: 'orders' },
  plan: {
    ...change.plan,
    title: 'Delete orders',
    effect: 'Delete orders and its 2,904,113 messages',
    steps: ['6 partitions with 2,904,113 messages (14.2 GB on disk) are deleted from all brokers.'],
    findings: [
      {
        severity: 'warning',
        code: 'read',
        sentence: '1 group with members reads it now: payments. It fails, or waits for it to come back.',
        field: null,
      },
    ],
    settings: [],
    readers: [{ group: 'payments', state: 'stable', lagMessages: '12' }],
    subjects: ['orders-value'],
    undo: 'It can not be undone.',
    nameToType: 'orders',
    environment: { name: 'live', colour: 'red', production: true },
  },
}
export const refusedCreation: Change = {
  ...change,
  request: { action: 'create', topic: 'or ders', partitions: 3, replicationFactor: 9, settings: {} },
  plan: {
    ...change.plan,
    title: 'Create or ders',
    effect: 'Create or ders with 3 partitions',
    steps: [],
    findings: [
      { severity: 'refused', code: 'name', sentence: 'A space is not allowed.', field: 'topic' },
      { severity: 'refused', code: 'replicas', sentence: 'There are 3 brokers.', field: 'replicationFactor' },
    ],
    settings: [],
  },
}
