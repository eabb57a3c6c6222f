import { sealBody } from '#server/domain/record-body.ts'
import { encodeLedgerValue, hashBody, ledgerKeyOf } from '#server/domain/replay-ledger.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { FollowingRecords } from '#server/ports/transactions.ts'
import { changeItems, clearIntents, type ItemRecord } from '#server/repositories/replay-items.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import { type Batch, beginBatch, bytesOf, failItem, isRefusal } from './begin-batch.ts'
import type { ReadRecords } from './read-items.ts'
import { recordCopySpans } from './record-copy-spans.ts'
import type { ReplayStep } from './replay-step.ts'
import { sentChange } from './resolve-intents.ts'
import { letGoOfSource, noteFenced, type TakenSource, takeOverSource } from './take-over-source.ts'

/** What keeps a batch from being sent; `fenced` when another has taken over. Null: nothing. */
export type Hindrance = BrokerError | 'fenced' | null
/** How many bytes of copies were sent here as far as is known, and what keeps the rest from being sent. */
export type Sent = { readonly bytes: number; readonly hindrance: Hindrance }

/** Nothing was sent, for that reason; null: there was nothing to send. */
export const hindered = (hindrance: Hindrance): Sent => ({ bytes: 0, hindrance })

/**
 * Sends items of one dead-letter partition: their copies and the ledger's records of them in one transaction. The intent
 * is written before, so that a successor knows which copies of an aborted batch to count; what was committed he learns
 * from the ledger. A batch in which the broker finds a copy invalid is halved until that copy stands alone.
 */
export const sendInTransactions = async (
  step: ReplayStep,
  items: readonly ItemRecord[],
  records: ReadRecords,
): Promise<Sent> => {
  const { deps, replay, lease, call } = step
  const [first] = items
  if (!first) return hindered(null)
  const takeover = await takeOverSource(step, first)
  if (!takeover.ok) return hindered(takeover.error)
  // Of what the ledger held some may not be sent: they are listed anew.
  if (takeover.value.state !== 'ready' || takeover.value.hasChangedItems) return hindered(null)
  const { taken } = takeover.value
  const now = BigInt(deps.clock.nowMs())
  const begun = await beginBatch(step, items, records, now)
  if (!begun.ok) return hindered(begun.error)
  const batch = begun.value
  if (batch.length === 0) return hindered(null)
  const present = batch.map(({ item }) => item)
  const ended = await sendWithLedger(taken, batch, ledgerRecordsOf(taken, replay, batch, now), call)
  if (ended.state === 'committed') {
    await changeItems(
      deps.db,
      present.map((item, index) => sentChange(item, ended.placed[index], Number(now))),
      lease,
    )
    await recordCopySpans(deps, replay, batch, ended.placed, Number(now))
    return { bytes: bytesOf(batch), hindrance: null }
  }
  letGoOfSource(step, first)
  if (ended.state === 'fenced') {
    noteFenced(step)
    return hindered('fenced')
  }
  // Whether it was committed the next takeover finds out.
  if (ended.state === 'unknown') return hindered(ended.error)
  const ids = present.map(({ id }) => id)
  await clearIntents(deps.db, replay.id, ids, ended.written, lease)
  if (!isRefusal(ended.error)) return hindered(ended.error)
  const [only] = present
  if (present.length === 1 && only) {
    await failItem(step, only, ended.error)
    return hindered(null)
  }
  const middle = Math.ceil(present.length / 2)
  let bytes = 0
  for (const half of [present.slice(0, middle), present.slice(middle)]) {
    const sent = await sendInTransactions(step, half, records)
    bytes += sent.bytes
    if (sent.hindrance) return { bytes, hindrance: sent.hindrance }
  }
  return { bytes, hindrance: null }
}

/** Sends copies of a batch, in its order, and the ledger's records of them (`ledgerRecordsOf`) in one transaction. */
export const sendWithLedger = (
  taken: TakenSource,
  batch: Batch,
  ledgerRecordsAt: FollowingRecords['of'],
  call: Call,
): ReturnType<TakenSource['producer']['send']> =>
  taken.producer.send(
    batch.map(({ copy }) => copy),
    { topic: taken.ledger.name, partition: taken.ledgerPartition, of: ledgerRecordsAt },
    call,
  )

/**
 * Answers what makes the ledger's records of copies that are sent at one time, once it is known where those stand. All
 * else of them is made now: once their transaction is open it hides live traffic.
 */
export const ledgerRecordsOf = (
  { source, ledger, ledgerPartition }: TakenSource,
  replay: ReplayRecord,
  batch: Batch,
  nowMs: bigint,
): FollowingRecords['of'] => {
  const { id: job, number, startedBy: by, reason } = replay
  const at = new Date(Number(nowMs)).toISOString()
  const entries = batch.map(({ item, copy }) => ({
    item,
    key: Buffer.from(ledgerKeyOf({ ...source, offset: item.sourceOffset, attempt: item.attempt })),
    hash: hashBody(copy.body),
  }))
  return (placed) =>
    entries.map(({ item, key, hash }, index) => {
      const place = placed[index]
      const value = encodeLedgerValue({
        job,
        number,
        item: item.id.toString(),
        target: {
          topic: item.targetTopic,
          partition: place?.partition ?? item.targetPartition ?? 0,
          offset: place?.offset?.toString() ?? null,
        },
        by,
        at,
        hash,
        reason,
        ...(item.copyTraceId !== null && item.traceId !== null
          ? { traces: { copy: item.copyTraceId, origin: item.traceId } }
          : {}),
      })
      return {
        topic: ledger.name,
        partition: ledgerPartition,
        body: sealBody({ key, value, headers: [] }),
        timestampMs: nowMs,
      }
    })
}
