import { sealBody } from '#server/domain/record-body.ts'
import { encodeLedgerValue, hashBody, ledgerKeyOf } from '#server/domain/replay-ledger.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Placed, SealedOutgoing } from '#server/ports/publisher.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { changeItems, clearIntents, type ItemRecord } from '#server/repositories/replay-items.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import { type Batch, beginBatch, failItem, isRefusal } from './begin-batch.ts'
import { makeCopies } from './copy-of-letter.ts'
import type { Connection, Deps } from './deps.ts'
import type { ReadRecords } from './read-items.ts'
import { recordCopySpans } from './record-copy-spans.ts'
import { sentChange } from './resolve-intents.ts'
import { letGoOfSource, noteFenced, type TakenSource, takeOverSource } from './take-over-source.ts'

/** What keeps a batch from being sent; `fenced` when another has taken over. Null: nothing. */
export type Hindrance = BrokerError | 'fenced' | null

/**
 * Sends items of one dead-letter partition: their copies and the ledger's records of them in one transaction. The intent
 * is written before, so that a successor knows which copies of an aborted batch to count; what was committed he learns
 * from the ledger. A batch in which the broker finds a copy invalid is halved until that copy stands alone.
 */
export const sendInTransactions = async (
  deps: Deps,
  connection: Connection,
  replay: ReplayRecord,
  items: readonly ItemRecord[],
  records: ReadRecords,
  lease: LeaseProof,
  call: Call,
): Promise<Hindrance> => {
  const [first] = items
  if (!first) return null
  const takeover = await takeOverSource(deps, connection, replay, first, lease, call)
  if (!takeover.ok) return takeover.error
  if (takeover.value.state !== 'ready') return null
  const { taken } = takeover.value
  const now = BigInt(deps.clock.nowMs())
  const begun = await beginBatch(deps, connection, items, records, now, lease, call)
  if (!begun.ok) return begun.error
  const batch = begun.value
  if (batch.length === 0) return null
  const copyOf = makeCopies(connection, replay, now)
  const copies = batch.map(({ item, record }) => copyOf(item, record))
  const present = batch.map(({ item }) => item)
  const ended = await sendWithLedger(taken, replay, batch, copies, now, call)
  if (ended.state === 'committed') {
    await changeItems(
      deps.db,
      present.map((item, index) => sentChange(item, ended.placed[index], Number(now))),
      lease,
    )
    await recordCopySpans(deps, replay, batch, ended.placed, Number(now))
    return null
  }
  letGoOfSource(replay, lease, first)
  if (ended.state === 'fenced') {
    noteFenced(replay, lease)
    return 'fenced'
  }
  // Whether it was committed the next takeover finds out.
  if (ended.state === 'unknown') return ended.error
  const ids = present.map(({ id }) => id)
  await clearIntents(deps.db, replay.id, ids, ended.written, lease)
  if (!isRefusal(ended.error)) return ended.error
  const [only] = present
  if (present.length === 1 && only) {
    await failItem(deps, only, ended.error, lease)
    return null
  }
  const middle = Math.ceil(present.length / 2)
  for (const half of [present.slice(0, middle), present.slice(middle)]) {
    const hindrance = await sendInTransactions(deps, connection, replay, half, records, lease, call)
    if (hindrance) return hindrance
  }
  return null
}

/** Sends copies of a batch, in its order, and the ledger's records of them in one transaction. */
export const sendWithLedger = (
  taken: TakenSource,
  replay: ReplayRecord,
  batch: Batch,
  copies: readonly SealedOutgoing[],
  nowMs: bigint,
  call: Call,
): ReturnType<TakenSource['producer']['send']> =>
  taken.producer.send(
    copies,
    {
      topic: taken.ledger.name,
      partition: taken.ledgerPartition,
      of: (placed) => {
        const recordOf = makeLedgerRecords(taken, replay, nowMs)
        return batch.map(({ item }, index) => recordOf(item, copies[index], placed[index]))
      },
    },
    call,
  )

/** Makes the ledger's records of copies that are sent at one time. */
const makeLedgerRecords = (
  { source, ledger, ledgerPartition }: TakenSource,
  replay: ReplayRecord,
  nowMs: bigint,
) => {
  const { id: job, number, startedBy: by, reason } = replay
  const at = new Date(Number(nowMs)).toISOString()
  return (item: ItemRecord, copy: SealedOutgoing | undefined, placed: Placed | undefined): SealedOutgoing => {
    const value = encodeLedgerValue({
      job,
      number,
      item: item.id.toString(),
      target: {
        topic: item.targetTopic,
        partition: placed?.partition ?? item.targetPartition ?? 0,
        offset: placed?.offset?.toString() ?? null,
      },
      by,
      at,
      hash: hashBody(copy?.body ?? Buffer.alloc(0)),
      reason,
      ...(item.copyTraceId !== null && item.traceId !== null
        ? { traces: { copy: item.copyTraceId, origin: item.traceId } }
        : {}),
    })
    const key = ledgerKeyOf({ ...source, offset: item.sourceOffset, attempt: item.attempt })
    return {
      topic: ledger.name,
      partition: ledgerPartition,
      body: sealBody({ key: Buffer.from(key), value, headers: [] }),
      timestampMs: nowMs,
    }
  }
}
