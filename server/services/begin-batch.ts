import { type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { SealedOutgoing } from '#server/ports/publisher.ts'
import type { SealedMessage } from '#server/ports/raw-message.ts'
import { changeItems, type ItemChange, type ItemRecord } from '#server/repositories/replay-items.ts'
import { makeCopies } from './copy-of-letter.ts'
import { findForeign } from './find-foreign.ts'
import type { ReadRecords } from './read-items.ts'
import { malformedLetter, readably } from './read-malformed.ts'
import type { ReplayStep } from './replay-step.ts'

type InBatch = { readonly item: ItemRecord; readonly record: SealedMessage; readonly copy: SealedOutgoing }
/** Items whose letters were read, with these and their copies. */
export type Batch = readonly InBatch[]

/** How many bytes the copies of a batch have, from their keys on. */
export const bytesOf = (batch: Batch): number => batch.reduce((sum, { copy }) => sum + copy.body.length, 0)

/**
 * Pairs items with their letters and makes the copies. Those whose letters are gone or can not be read, or whose topic
 * was made anew, have failed, which is written down, and are left out.
 */
export const findBatch = async (
  step: ReplayStep,
  items: readonly ItemRecord[],
  records: ReadRecords,
  nowMs: bigint,
): Promise<Result<Batch, BrokerError>> => {
  const { deps, connection, replay, lease, call } = step
  // After reading: a topic that is still the planned one then was it while its records were read.
  const foreign = await findForeign(connection, items, call)
  if (!foreign.ok) return foreign
  const copyOf = makeCopies(connection, replay, nowMs)
  const batch: InBatch[] = []
  const failed: ItemChange[] = []
  const fail = (item: ItemRecord, proof: string) =>
    failed.push({ id: item.id, outcome: 'FAILED', proof, outcomeAtMs: deps.clock.nowMs() })
  for (const item of items) {
    const record = records.get(item)
    if (foreign.value.has(item.id))
      fail(
        item,
        `not sent: ${item.sourceTopic} was deleted and made anew since the letter was indexed, and another message may stand in its place`,
      )
    else if (!record || 'lost' in record) fail(item, record?.lost ?? deleted)
    else {
      const copy = readably(() => copyOf(item, record))
      if (copy) batch.push({ item, record, copy })
      else fail(item, malformedLetter)
    }
  }
  await changeItems(deps.db, failed, lease)
  return succeed(batch)
}

/** Writes the intent to send items before anything is sent. Answers those that `findBatch` leaves. */
export const beginBatch = async (
  step: ReplayStep,
  items: readonly ItemRecord[],
  records: ReadRecords,
  nowMs: bigint,
): Promise<Result<Batch, BrokerError>> => {
  const found = await findBatch(step, items, records, nowMs)
  if (!found.ok) return found
  await changeItems(
    step.deps.db,
    found.value.map(({ item }) => ({ id: item.id, outcome: 'PENDING', proof: '', intentFromMs: nowMs })),
    step.lease,
  )
  return found
}

const deleted =
  'the dead letter was deleted by retention before it was sent: plan it again to send the record that died'
/** Ends an item whose copy the broker refuses. */
export const failItem = ({ deps, lease }: ReplayStep, item: ItemRecord, error: BrokerError): Promise<void> =>
  changeItems(
    deps.db,
    [
      {
        id: item.id,
        outcome: 'FAILED',
        proof: `the broker refused the copy: ${error.detail}`,
        intentFromMs: null,
        outcomeAtMs: deps.clock.nowMs(),
      },
    ],
    lease,
  )

/** What the broker finds wrong with a copy itself: it must not hold up the others. */
export const isRefusal = ({ kind }: BrokerError): boolean => kind === 'invalid' || kind === 'not-found'
