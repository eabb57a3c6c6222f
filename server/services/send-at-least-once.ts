import type { Call } from '#server/ports/call.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { changeItems, type ItemRecord, listSendable } from '#server/repositories/replay-items.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import { type Batch, beginBatch, bytesOf, failItem, isRefusal } from './begin-batch.ts'
import { makeCopies } from './copy-of-letter.ts'
import type { Connection, Deps } from './deps.ts'
import type { ReadRecords } from './read-items.ts'
import { recordCopySpans } from './record-copy-spans.ts'
import { targetOf } from './replay-target.ts'
import { type Patience, resolveIntents, sentChange } from './resolve-intents.ts'
import { hindered, type Sent } from './send-in-transactions.ts'

/**
 * Sends items with an idempotent producer, outside of transactions. Whoever finds their intents without a result looks
 * for the copies on the target. Answers what keeps it from going on, or null.
 */
export const sendAtLeastOnce = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  records: ReadRecords,
  lease: LeaseProof,
  call: Call,
  limits: Patience,
): Promise<Sent> => {
  const { publisher } = targetOf(deps, connection, replay).broker
  if (!publisher)
    return hindered({
      kind: 'unsupported',
      detail: 'this broker can not be written to',
      source: 'broker',
    })
  const now = BigInt(deps.clock.nowMs())
  const begun = await beginBatch(deps, connection, replay, items, records, now, lease, call)
  if (!begun.ok) return hindered(begun.error)
  const batch = begun.value
  if (batch.length === 0) return hindered(null)
  const sent = await publisher.send(
    batch.map(({ copy }) => copy),
    call,
  )
  if (sent.ok) {
    await changeItems(
      deps.db,
      batch.map(({ item }, index) => sentChange(item, sent.value[index], Number(now))),
      lease,
    )
    await recordCopySpans(deps, replay, batch, sent.value, Number(now))
    return { bytes: bytesOf(batch), hindrance: null }
  }
  // One bad copy must not hold up the others: what the broker finds invalid is sent alone to learn which it is. A right
  // that is missing is waited for: it holds for all of them, and someone can give it.
  if (!isRefusal(sent.error)) return hindered(sent.error)
  if (batch.length > 1) return await sendOneByOne(deps, connection, replay, batch, lease, call, limits)
  const [only] = batch
  if (only) await failItem(deps, only.item, sent.error, lease)
  return hindered(null)
}

const sendOneByOne = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  batch: Batch,
  lease: LeaseProof,
  call: Call,
  limits: Patience,
): Promise<Sent> => {
  // Copies of the failed batch may have arrived: those are found by their lineage first.
  const begun = await resolveIntents(deps, connection, replay, lease, call, { ...limits, settleMs: 0 })
  if (begun.state === 'waiting') return hindered(begun.error)
  if (begun.state !== 'resolved') return hindered(null)
  const sendable = await listSendable(deps.db, replay.id, Number.MAX_SAFE_INTEGER)
  const open = new Set(sendable.map(({ id }) => id))
  let bytes = 0
  for (const { item, record } of batch) {
    if (!open.has(item.id) || call.signal.aborted) continue
    const now = BigInt(deps.clock.nowMs())
    await changeItems(deps.db, [{ id: item.id, outcome: 'PENDING', proof: '', intentFromMs: now }], lease)
    const copy = makeCopies(connection, replay, now)(item, record)
    const sent = await targetOf(deps, connection, replay).broker.publisher?.send([copy], call)
    if (sent?.ok) {
      await changeItems(deps.db, [sentChange(item, sent.value[0], Number(now))], lease)
      await recordCopySpans(deps, replay, [{ item, record, copy }], sent.value, Number(now))
      bytes += copy.body.length
    } else if (sent && isRefusal(sent.error)) await failItem(deps, item, sent.error, lease)
    else return { bytes, hindrance: sent?.error ?? null }
  }
  return { bytes, hindrance: null }
}
