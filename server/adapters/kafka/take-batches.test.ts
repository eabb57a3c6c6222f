import { expect, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { sealMessage } from '#server/domain/record-body.ts'
import { batchAttributes, batchLayout } from './batch-layout.ts'
import { makePacer } from './pacer.ts'
import { begin } from './range-progress.ts'
import { tryTaking } from './take-batches.ts'
import { writeBatch } from './write-batch.ts'

const horizonMs = 1_000n
const recordMs = 1_700_000_000_000n

it('takes no time of a record from the time until which tombstones are kept', async () => {
  const record = sealMessage({ key: null, value: Buffer.from('x'), headers: [], timestampMs: recordMs })
  const bytes = writeBatch([record, record], { id: -1n, epoch: -1, sequence: -1 })
  bytes.writeInt16BE(batchAttributes.deleteHorizon, batchLayout.atAttributes)
  bytes.writeBigInt64BE(horizonMs, batchLayout.atBaseTimestamp)
  const range = { topic: 'orders' as TopicName, topicId: null, partition: 0, from: 0n, to: 2n, bytes: 1_000 }
  const one = begin({ ...range, level: 'uncommitted' })
  const ends = { highWatermark: 2n, lastStableOffset: 2n, logStart: 0n }
  const fetched = { topicId: '', partition: 0, errorCode: 0, ...ends, aborted: [], bytes }
  const taking = { keepsAborted: false, filter: null, sinceMs: null, untilMs: null, pacer: makePacer() }
  await tryTaking(one, fetched, taking, true, new AbortController().signal)
  expect([one.error, one.scanned, one.oldestMs, one.reachedMs]).toEqual([null, 2, null, recordMs])
})
