import {
  type Fields,
  flexible,
  list,
  oldList,
  only,
  plain,
  type RecordLayout,
} from './kafka-record-layout.ts'
import type { Layout } from './read-kafka-layout.ts'

const groupKey = plain(['group', 'string'])
const memberKey = plain(['group', 'string'], ['memberId', 'string'])
const offsetKey = plain(['group', 'string'], ['topic', 'string'], ['partition', 'int32'])

const offsetCommit = (version: number): Layout | undefined => {
  const offset = ['offset', 'int64'] as const
  const epoch = ['leaderEpoch', 'int32'] as const
  const committed = ['commitTimestamp', 'time'] as const
  if (version === 0 || version === 2) return plain(offset, ['metadata', 'string'], committed)
  if (version === 1) return plain(offset, ['metadata', 'string'], committed, ['expireTimestamp', 'time'])
  if (version === 3) return plain(offset, epoch, ['metadata', 'string'], committed)
  if (version === 4)
    return flexible([offset, epoch, ['metadata', 'compact-string'], committed], { 0: ['topicId', 'uuid'] })
  return undefined
}

const groupMetadata = (version: number): Layout | undefined => {
  if (version < 0 || version > 4) return undefined
  const isFlexible = version === 4
  const text = isFlexible ? 'compact-string' : 'string'
  const bytes = isFlexible ? 'compact-bytes' : 'bytes'
  const from = <T>(least: number, field: T): T[] => (version >= least ? [field] : [])
  const member: Fields = [
    ['memberId', text],
    ...from(3, ['groupInstanceId', text] as const),
    ['clientId', text],
    ['clientHost', text],
    ...from(1, ['rebalanceTimeoutMs', 'int32'] as const),
    ['sessionTimeoutMs', 'int32'],
    ['subscription', bytes],
    ['assignment', bytes],
  ]
  const fields: Fields = [
    ['protocolType', text],
    ['generation', 'int32'],
    ['protocol', text],
    ['leader', text],
    ...from(2, ['currentStateTimestamp', 'time'] as const),
    ['members', isFlexible ? list(flexible(member)) : oldList(plain(...member))],
  ]
  return isFlexible ? flexible(fields) : plain(...fields)
}

const epochs = { 0: ['assignmentEpochs', list('int32')] } as const
const partitionsOf = (tags: NonNullable<Layout['tags']> = {}) =>
  list(
    flexible(
      [
        ['topicId', 'uuid'],
        ['partitions', list('int32')],
      ],
      tags,
    ),
  )
const tasksOf = (tags: NonNullable<Layout['tags']> = {}) =>
  list(
    flexible(
      [
        ['subtopologyId', 'compact-string'],
        ['partitions', list('int32')],
      ],
      tags,
    ),
  )
const racks = list(
  flexible([
    ['partition', 'int32'],
    ['racks', list('compact-string')],
  ]),
)
const topicsWithRacks = flexible([
  [
    'topics',
    list(
      flexible([
        ['topicId', 'uuid'],
        ['topicName', 'compact-string'],
        ['numPartitions', 'int32'],
        ['partitionMetadata', racks],
      ]),
    ),
  ],
])
const assigned = flexible([['assignmentEpoch', 'int32']], { 0: ['assignmentTimestamp', 'time'] })
const pairs = list(
  flexible([
    ['key', 'compact-string'],
    ['value', 'compact-string'],
  ]),
)
const client = [
  ['clientId', 'compact-string'],
  ['clientHost', 'compact-string'],
] as const satisfies Fields
const namedTopic = [
  ['topicId', 'uuid'],
  ['topicName', 'compact-string'],
] as const satisfies Fields
const namedPartitions = list(flexible([...namedTopic, ['partitions', list('int32')]]))
const memberEpochs = [
  ['memberEpoch', 'int32'],
  ['previousMemberEpoch', 'int32'],
  ['state', 'int8'],
] as const satisfies Fields
const internalTopics = list(
  flexible([
    ['name', 'compact-string'],
    ['partitions', 'int32'],
    ['replicationFactor', 'int16'],
    ['topicConfigs', pairs],
  ]),
)

const classicMember = flexible([
  ['sessionTimeoutMs', 'int32'],
  [
    'supportedProtocols',
    list(
      flexible([
        ['name', 'compact-string'],
        ['metadata', 'compact-bytes'],
      ]),
    ),
  ],
])

const rows: readonly (readonly [number, string, Layout, (version: number) => Layout | undefined])[] = [
  [0, 'OffsetCommit', offsetKey, offsetCommit],
  [1, 'OffsetCommit', offsetKey, offsetCommit],
  [2, 'GroupMetadata', groupKey, groupMetadata],
  [
    3,
    'ConsumerGroupMetadata',
    groupKey,
    only(flexible([['epoch', 'int32']], { 0: ['metadataHash', 'int64'] })),
  ],
  [4, 'ConsumerGroupPartitionMetadata', groupKey, only(topicsWithRacks)],
  [
    5,
    'ConsumerGroupMemberMetadata',
    memberKey,
    only(
      flexible(
        [
          ['instanceId', 'compact-string'],
          ['rackId', 'compact-string'],
          ...client,
          ['subscribedTopicNames', list('compact-string')],
          ['subscribedTopicRegex', 'compact-string'],
          ['rebalanceTimeoutMs', 'int32'],
          ['serverAssignor', 'compact-string'],
        ],
        { 0: ['classicMemberMetadata', { maybe: classicMember }] },
      ),
    ),
  ],
  [6, 'ConsumerGroupTargetAssignmentMetadata', groupKey, only(assigned)],
  [
    7,
    'ConsumerGroupTargetAssignmentMember',
    memberKey,
    only(flexible([['topicPartitions', partitionsOf()]])),
  ],
  [
    8,
    'ConsumerGroupCurrentMemberAssignment',
    memberKey,
    only(
      flexible([
        ...memberEpochs,
        ['assignedPartitions', partitionsOf(epochs)],
        ['partitionsPendingRevocation', partitionsOf(epochs)],
      ]),
    ),
  ],
  [9, 'ShareGroupPartitionMetadata', groupKey, only(topicsWithRacks)],
  [
    10,
    'ShareGroupMemberMetadata',
    memberKey,
    only(
      flexible([['rackId', 'compact-string'], ...client, ['subscribedTopicNames', list('compact-string')]]),
    ),
  ],
  [
    11,
    'ShareGroupMetadata',
    groupKey,
    only(
      flexible([
        ['epoch', 'int32'],
        ['metadataHash', 'int64'],
      ]),
    ),
  ],
  [12, 'ShareGroupTargetAssignmentMetadata', groupKey, only(assigned)],
  [13, 'ShareGroupTargetAssignmentMember', memberKey, only(flexible([['topicPartitions', partitionsOf()]]))],
  [
    14,
    'ShareGroupCurrentMemberAssignment',
    memberKey,
    only(flexible([...memberEpochs, ['assignedPartitions', partitionsOf()]])),
  ],
  [
    15,
    'ShareGroupStatePartitionMetadata',
    groupKey,
    only(
      flexible([
        ['initializingTopics', namedPartitions],
        ['initializedTopics', namedPartitions],
        ['deletingTopics', list(flexible(namedTopic))],
      ]),
    ),
  ],
  [
    16,
    'ConsumerGroupRegularExpression',
    plain(['group', 'string'], ['regularExpression', 'string']),
    only(
      flexible([
        ['topics', list('compact-string')],
        ['version', 'int64'],
        ['timestamp', 'time'],
      ]),
    ),
  ],
  [
    17,
    'StreamsGroupMetadata',
    groupKey,
    only(
      flexible(
        [
          ['epoch', 'int32'],
          ['metadataHash', 'int64'],
        ],
        { 0: ['validatedTopologyEpoch', 'int32'], 1: ['lastAssignmentConfigs', pairs] },
      ),
    ),
  ],
  [
    19,
    'StreamsGroupMemberMetadata',
    memberKey,
    only(
      flexible([
        ['instanceId', 'compact-string'],
        ['rackId', 'compact-string'],
        ...client,
        ['rebalanceTimeoutMs', 'int32'],
        ['topologyEpoch', 'int32'],
        ['processId', 'compact-string'],
        [
          'userEndpoint',
          {
            maybe: flexible([
              ['host', 'compact-string'],
              ['port', 'uint16'],
            ]),
          },
        ],
        ['clientTags', pairs],
      ]),
    ),
  ],
  [20, 'StreamsGroupTargetAssignmentMetadata', groupKey, only(assigned)],
  [
    21,
    'StreamsGroupTargetAssignmentMember',
    memberKey,
    only(
      flexible([
        ['activeTasks', tasksOf()],
        ['standbyTasks', tasksOf()],
        ['warmupTasks', tasksOf()],
      ]),
    ),
  ],
  [
    22,
    'StreamsGroupCurrentMemberAssignment',
    memberKey,
    only(
      flexible([
        ...memberEpochs,
        ['activeTasks', tasksOf(epochs)],
        ['standbyTasks', tasksOf(epochs)],
        ['warmupTasks', tasksOf(epochs)],
        ['activeTasksPendingRevocation', tasksOf(epochs)],
        ['standbyTasksPendingRevocation', tasksOf(epochs)],
        ['warmupTasksPendingRevocation', tasksOf(epochs)],
      ]),
    ),
  ],
  [
    23,
    'StreamsGroupTopology',
    groupKey,
    only(
      flexible([
        ['epoch', 'int32'],
        [
          'subtopologies',
          list(
            flexible([
              ['subtopologyId', 'compact-string'],
              ['sourceTopics', list('compact-string')],
              ['sourceTopicRegex', list('compact-string')],
              ['stateChangelogTopics', internalTopics],
              ['repartitionSinkTopics', list('compact-string')],
              ['repartitionSourceTopics', internalTopics],
              [
                'copartitionGroups',
                list(
                  flexible([
                    ['sourceTopics', list('int16')],
                    ['sourceTopicRegex', list('int16')],
                    ['repartitionSourceTopics', list('int16')],
                  ]),
                ),
              ],
            ]),
          ),
        ],
      ]),
    ),
  ],
]

/** `__consumer_offsets`: the types of CoordinatorRecordType. */
export const offsetsRecords: readonly RecordLayout[] = rows.map(([type, name, key, value]) => ({
  type,
  name,
  key,
  value,
}))
