import { pickBatch } from '#server/domain/pick-batch.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Placed } from '#server/ports/publisher.ts'
import { dropBatch, finishBatch, insertBatch } from '#server/repositories/replay-batches.ts'
import { listSendable, type SendableItem } from '#server/repositories/replay-items.ts'
import { type Batch, bytesOf, findBatch, isRefusal } from './begin-batch.ts'
import { type ReadRecords, readItems } from './read-items.ts'
import { recordCopySpans } from './record-copy-spans.ts'
import type { ReplayStep } from './replay-step.ts'
import {
  type Hindrance,
  ledgerRecordsOf,
  sendInTransactions,
  sendWithLedger,
} from './send-in-transactions.ts'
import {
  letGoOfSource,
  noteFenced,
  spansOfFollowed,
  type TakenSource,
  takeOverSource,
} from './take-over-source.ts'

/** From this pace on, in copies a second, batches are sent without a pause between them. */
export const streamPace = 5_000
/** So long a stream goes on before its topics are looked at again, and before outcomes are looked for. */
const streamMs = 4_000
/** Copies of one transaction: it hides live traffic while it is open, and each costs the broker the same. */
const batchItems = 4_000
const batchBytes = 8 * 1024 * 1024
/** A batch is of one dead-letter partition: it is chosen from so many items. */
export const windowItems = 4 * batchItems

/** What a stream came to: how many copies of how many bytes were committed, what keeps the next from being sent, and where that is. */
export type Streamed = {
  readonly sent: number
  readonly bytes: number
  readonly hindrance: Hindrance
  readonly at: SendableItem | null
}

/** A batch whose copies are made and whose intent is written. */
type Prepared = {
  readonly id: bigint
  readonly taken: TakenSource
  readonly batch: Batch
  readonly ledgerRecordsAt: ReturnType<typeof ledgerRecordsOf>
  readonly first: SendableItem
  readonly records: ReadRecords
  readonly nowMs: bigint
}

/**
 * Sends items in transactions one after the other for some seconds: while one is committed the letters of the next are
 * read and its intent is written, and what became of the one before is written down. The next is sent only when the one
 * before is committed, so that messages of one key keep their order. `window` holds the first items that may be sent;
 * its topics have been looked at, and the stream ends where others begin, where a ledger is still to be read or held some
 * of them, and as soon as `mayGoOn`, asked before each batch, says no.
 */
export const sendStream = async (
  step: ReplayStep,
  window: readonly SendableItem[],
  most: number,
  mayGoOn: () => Promise<boolean>,
): Promise<Streamed> => {
  const { deps, target, replay, lease, call } = step
  const startedAt = performance.now()
  const waiting = makeWindow(step, window)
  let left = most
  const prepareNext = async (): Promise<Result<Prepared | null, BrokerError>> => {
    if (left <= 0 || call.signal.aborted || performance.now() - startedAt > streamMs) return succeed(null)
    if (!(await mayGoOn())) return succeed(null)
    const prepared = await prepare(step, waiting, Math.min(left, batchItems), mayGoOn)
    if (prepared.ok && prepared.value) left -= prepared.value.batch.length
    return prepared
  }

  let sent = 0
  let bytes = 0
  let at: SendableItem | null = null
  let writing: Promise<void> = Promise.resolve()
  let next = prepareNext()
  for (;;) {
    const prepared = await next
    if (!prepared.ok || prepared.value === null) {
      await writing
      return { sent, bytes, hindrance: prepared.ok ? null : prepared.error, at }
    }
    const { value: present } = prepared
    at = present.first
    next = prepareNext()
    // Who leaves early does not wait for it.
    next.catch(() => {})
    const ended = await sendWithLedger(present.taken, present.batch, present.ledgerRecordsAt, call)
    if (ended.state === 'committed') {
      await writing
      const ledger = spansOfFollowed(present.taken, target, ended.followed)
      writing = writeDown(step, present, ended.placed, ledger).then(() =>
        recordCopySpans(deps, replay, present.batch, ended.placed, Number(present.nowMs)),
      )
      writing.catch(() => {})
      sent += present.batch.length
      bytes += bytesOf(present.batch)
      continue
    }
    letGoOfSource(step, present.first)
    await writing
    const unsent = await next
    if (unsent.ok && unsent.value) await dropBatch(deps.db, replay.id, unsent.value.id, 0, lease)
    if (ended.state === 'fenced') {
      noteFenced(step)
      return { sent, bytes, hindrance: 'fenced', at }
    }
    // Whether it was committed the next takeover finds out.
    if (ended.state === 'unknown') return { sent, bytes, hindrance: ended.error, at }
    await dropBatch(deps.db, replay.id, present.id, ended.written, lease)
    if (!isRefusal(ended.error)) return { sent, bytes, hindrance: ended.error, at }
    // The copy that the broker finds invalid is looked for by halves.
    const items = present.batch.map(({ item }) => item)
    const halves = await sendInTransactions(step, items, present.records)
    return { sent, bytes: bytes + halves.bytes, hindrance: halves.hindrance, at }
  }
}

type Window = {
  /** The next items of one dead-letter partition, in their order; empty when the stream is to end. */
  pick(most: number): Promise<readonly SendableItem[]>
  take(items: readonly SendableItem[]): void
}

/** Items that wait, in their order, filled up while it is looked through. */
const makeWindow = ({ deps, replay }: ReplayStep, first: readonly SendableItem[]): Window => {
  const topics = new Set(first.flatMap(({ sourceTopic, targetTopic }) => [sourceTopic, targetTopic]))
  let items = first
  let isFilled = first.length === windowItems
  const isKnown = ({ sourceTopic, targetTopic }: SendableItem) =>
    topics.has(sourceTopic) && topics.has(targetTopic)
  const last = { seq: first.at(-1)?.seq ?? -1 }
  return {
    pick: async (most) => {
      if (isFilled && items.length < windowItems / 2) {
        const more = await listSendable(deps.db, replay.id, windowItems - items.length, {
          afterSeq: last.seq,
        })
        const strange = more.findIndex((item) => !isKnown(item))
        isFilled = strange < 0 && more.length > 0
        items = [...items, ...(strange < 0 ? more : more.slice(0, strange))]
        last.seq = items.at(-1)?.seq ?? last.seq
      }
      return pickBatch(items, most)
    },
    take: (taken) => {
      const gone = new Set(taken)
      items = items.filter((item) => !gone.has(item))
    },
  }
}

/** Reads the letters of the next batch and writes its intent. Null: the stream is to end. */
const prepare = async (
  step: ReplayStep,
  window: Window,
  most: number,
  mayGoOn: () => Promise<boolean>,
): Promise<Result<Prepared | null, BrokerError>> => {
  const { deps, connection, replay, lease, call } = step
  const picked = await window.pick(most)
  const [first] = picked
  if (!first) return succeed(null)
  const takeover = await takeOverSource(step, first)
  if (!takeover.ok) return takeover
  // The ledger is still to be read, or held some of what was about to be sent.
  if (takeover.value.state !== 'ready' || takeover.value.hasChangedItems) return succeed(null)
  const { taken, isNew } = takeover.value
  // It may have taken seconds.
  if (isNew && !(await mayGoOn())) return succeed(null)
  const read = await readItems(deps, connection, picked, batchBytes, call)
  if (!read.ok) return read
  const items = picked.slice(0, read.value.count)
  const { records } = read.value
  window.take(items)
  const nowMs = BigInt(deps.clock.nowMs())
  const found = await findBatch(step, items, records, nowMs)
  if (!found.ok) return found
  const batch = found.value
  // Letters that are gone hold up nobody.
  if (batch.length === 0) return prepare(step, window, most, mayGoOn)
  const ledgerRecordsAt = ledgerRecordsOf(taken, replay, batch, nowMs)
  const itemIds = batch.map(({ item }) => item.id)
  const id = await insertBatch(deps.db, replay.id, itemIds, nowMs, lease)
  return succeed({ id, taken, batch, ledgerRecordsAt, first, records, nowMs })
}

const writeDown = (
  { deps, lease }: ReplayStep,
  { id, batch, nowMs }: Prepared,
  placed: readonly Placed[],
  ledger: ReturnType<typeof spansOfFollowed>,
): Promise<void> =>
  finishBatch(
    deps.db,
    id,
    batch.map(({ item }, index) => ({
      id: item.id,
      partition: placed[index]?.partition ?? item.targetPartition ?? 0,
      offset: placed[index]?.offset ?? null,
    })),
    nowMs,
    ledger,
    lease,
  )
