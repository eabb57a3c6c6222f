import { flexible, list, only, plain, type RecordLayout } from './kafka-record-layout.ts'

const shareKey = plain(['group', 'string'], ['topicId', 'uuid'], ['partition', 'int32'])
const batches = list(
  flexible([
    ['firstOffset', 'int64'],
    ['lastOffset', 'int64'],
    ['deliveryState', 'int8'],
    ['deliveryCount', 'int16'],
  ]),
)
const complete = { 0: ['deliveryCompleteCount', 'int32'] } as const

/** `__share_group_state`. */
export const shareStateRecords: readonly RecordLayout[] = [
  {
    type: 0,
    name: 'ShareSnapshot',
    key: shareKey,
    value: only(
      flexible(
        [
          ['snapshotEpoch', 'int32'],
          ['stateEpoch', 'int32'],
          ['leaderEpoch', 'int32'],
          ['startOffset', 'int64'],
          ['createTimestamp', 'time'],
          ['writeTimestamp', 'time'],
          ['stateBatches', batches],
        ],
        complete,
      ),
    ),
  },
  {
    type: 1,
    name: 'ShareUpdate',
    key: shareKey,
    value: only(
      flexible(
        [
          ['snapshotEpoch', 'int32'],
          ['leaderEpoch', 'int32'],
          ['startOffset', 'int64'],
          ['stateBatches', batches],
        ],
        complete,
      ),
    ),
  },
]
