import { flexible, list, oldList, plain, type RecordLayout } from './kafka-record-layout.ts'
import type { Layout } from './read-kafka-layout.ts'

/** TransactionState of the transaction coordinator. */
const transactionStatus = {
  words: {
    0: 'Empty',
    1: 'Ongoing',
    2: 'PrepareCommit',
    3: 'PrepareAbort',
    4: 'CompleteCommit',
    5: 'CompleteAbort',
    6: 'Dead',
    7: 'PrepareEpochFence',
  },
}

const transaction = (version: number): Layout | undefined => {
  const times = [
    ['transactionLastUpdateTimestampMs', 'time'],
    ['transactionStartTimestampMs', 'time'],
  ] as const
  const head = [
    ['producerId', 'int64'],
    ['producerEpoch', 'int16'],
    ['transactionTimeoutMs', 'int32'],
    ['transactionStatus', transactionStatus],
  ] as const
  if (version === 0)
    return plain(
      ...head,
      ['transactionPartitions', oldList(plain(['topic', 'string'], ['partitionIds', oldList('int32')]))],
      ...times,
    )
  if (version !== 1) return undefined
  const partitions = list(
    flexible([
      ['topic', 'compact-string'],
      ['partitionIds', list('int32')],
    ]),
  )
  return flexible([...head, ['transactionPartitions', partitions], ...times], {
    0: ['previousProducerId', 'int64'],
    1: ['nextProducerId', 'int64'],
    2: ['clientTransactionVersion', 'int16'],
    3: ['nextProducerEpoch', 'int16'],
  })
}

/** `__transaction_state`. */
export const transactionRecords: readonly RecordLayout[] = [
  { type: 0, name: 'TransactionLog', key: plain(['transactionalId', 'string']), value: transaction },
]
