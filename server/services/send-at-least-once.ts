import type { Publisher } from '#server/ports/publisher.ts'
import { changeItems, type ItemRecord, listSendable } from '#server/repositories/replay-items.ts'
import { type Batch, beginBatch, bytesOf, failItem, isRefusal } from './begin-batch.ts'
import { makeCopies } from './copy-of-letter.ts'
import type { ReadRecords } from './read-items.ts'
import { recordCopySpans } from './record-copy-spans.ts'
import type { ReplayStep } from './replay-step.ts'
import { resolveIntents, sentChange } from './resolve-intents.ts'
import { hindered, type Sent } from './send-in-transactions.ts'

/**
 * Sends items with an idempotent producer, outside of transactions. Whoever finds their intents without a result looks
 * for the copies on the target. Answers what keeps it from going on, or null.
 */
export const sendAtLeastOnce = async (
  step: ReplayStep,
  items: readonly ItemRecord[],
  records: ReadRecords,
): Promise<Sent> => {
  const { deps, target, replay, lease, call } = step
  const { publisher } = target.broker
  if (!publisher)
    return hindered({
      kind: 'unsupported',
      detail: 'this broker can not be written to',
      source: 'broker',
    })
  const now = BigInt(deps.clock.nowMs())
  const begun = await beginBatch(step, items, records, now)
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
  if (batch.length > 1) return await sendOneByOne(step, publisher, batch)
  const [only] = batch
  if (only) await failItem(step, only.item, sent.error)
  return hindered(null)
}

const sendOneByOne = async (step: ReplayStep, publisher: Publisher, batch: Batch): Promise<Sent> => {
  const { deps, connection, replay, lease, call, limits } = step
  // Copies of the failed batch may have arrived: those are found by their lineage first.
  const begun = await resolveIntents({ ...step, limits: { ...limits, settleMs: 0 } })
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
    const sent = await publisher.send([copy], call)
    if (sent.ok) {
      await changeItems(deps.db, [sentChange(item, sent.value[0], Number(now))], lease)
      await recordCopySpans(deps, replay, [{ item, record, copy }], sent.value, Number(now))
      bytes += copy.body.length
    } else if (isRefusal(sent.error)) await failItem(step, item, sent.error)
    else return { bytes, hindrance: sent.error }
  }
  return { bytes, hindrance: null }
}
