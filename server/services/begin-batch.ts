import { type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { SealedMessage } from '#server/ports/raw-message.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { changeItems, type ItemChange, type ItemRecord } from '#server/repositories/replay-items.ts'
import type { Connection, Deps } from './deps.ts'
import { findForeign } from './find-foreign.ts'
import type { ReadRecords } from './read-items.ts'

/** Items whose letters were read, with these. */
export type Batch = readonly { readonly item: ItemRecord; readonly record: SealedMessage }[]

/**
 * Pairs items with their letters. Those whose letters are gone, or whose topic was made anew, have failed, which is
 * written down, and are left out.
 */
export const findBatch = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  records: ReadRecords,
  lease: LeaseProof,
  call: Call,
): Promise<Result<Batch, BrokerError>> => {
  // After reading: a topic that is still the planned one then was it while its records were read.
  const foreign = await findForeign(connection, items, call)
  if (!foreign.ok) return foreign
  const batch: { item: ItemRecord; record: SealedMessage }[] = []
  const failed: ItemChange[] = []
  for (const item of items) {
    const record = records.get(item)
    if (record && !('lost' in record) && !foreign.value.has(item.id)) batch.push({ item, record })
    else
      failed.push({
        id: item.id,
        outcome: 'FAILED',
        proof: foreign.value.has(item.id)
          ? `not sent: ${item.sourceTopic} was deleted and made anew since the letter was indexed, and another message may stand in its place`
          : lostOf(records, item),
        outcomeAtMs: deps.clock.nowMs(),
      })
  }
  await changeItems(deps.db, failed, lease)
  return succeed(batch)
}

/** Writes the intent to send items before anything is sent. Answers those that `findBatch` leaves. */
export const beginBatch = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  records: ReadRecords,
  nowMs: bigint,
  lease: LeaseProof,
  call: Call,
): Promise<Result<Batch, BrokerError>> => {
  const found = await findBatch(deps, connection, items, records, lease, call)
  if (!found.ok) return found
  await changeItems(
    deps.db,
    found.value.map(({ item }) => ({ id: item.id, outcome: 'PENDING', proof: '', intentFromMs: nowMs })),
    lease,
  )
  return found
}

const lostOf = (records: ReadRecords, item: ItemRecord): string => {
  const record = records.get(item)
  return record && 'lost' in record
    ? record.lost
    : 'the dead letter was deleted by retention before it was sent: plan it again to send the record that died'
}

/** Ends an item whose copy the broker refuses. */
export const failItem = (
  deps: Deps,
  item: ItemRecord,
  error: BrokerError,
  lease: LeaseProof,
): Promise<void> =>
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
