import type { z } from 'zod'
import type { aroundQuery, MessagesAround } from '#server/contracts/around.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { inOrderOf } from '#server/domain/message-order.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { browseBudget, type Call } from '#server/ports/call.ts'
import { formatPosition, parsePosition, type RawMessage } from '#server/ports/raw-message.ts'
import type { ScanOrder, ScanRequest, ScanStop } from '#server/ports/scan.ts'
import { decodeMessages, rowLimits } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { readBounds } from './read-bounds.ts'

type Ask = z.output<typeof aroundQuery> & { readonly topic: TopicName }
type Found = {
  readonly messages: readonly RawMessage[]
  readonly looked: Position | null
  readonly note: string | null
  readonly holds: MessagesAround['holds']
  readonly nearest: MessagesAround['nearest']
}

/** Offsets that compaction, retention and transactions have emptied: as many are looked at for each that is wanted. */
const gaps = 20

/**
 * Messages on both sides of a position or a time. A position at which nothing is, because it is not written yet, deleted
 * or compacted away, is answered with why, with what the partition holds now, and with the nearest on both sides. A
 * topic or partition that does not exist is `not-found`.
 */
export const listAround = async (
  _deps: Deps,
  connection: Connection,
  ask: Ask,
  call: Call,
): Promise<Result<MessagesAround, Fault>> => {
  const found = ask.at.includes('@')
    ? await aroundPosition(connection, ask, call)
    : await aroundTime(connection, ask, call)
  if (!found.ok) return found
  const { messages, ...rest } = found.value
  const { rows, registryProblem } = await decodeMessages(messages, connection, rowLimits, call)
  return succeed({ ...rest, rows, registryProblem })
}

type All = { readonly messages: RawMessage[]; readonly stop: ScanStop }

/** Everything that a bounded scan finds, and why it went no further. */
const readAll = async (
  connection: Connection,
  request: Omit<ScanRequest, 'budget'>,
  call: Call,
): Promise<Result<All, Fault>> => {
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const all: RawMessage[] = []
  const budget = { ...browseBudget, messages: Math.max(browseBudget.messages, request.limit * gaps) }
  const steps = reader.scan({ ...request, budget }, call)
  for (;;) {
    const next = await steps.next()
    if (!next.done) {
      all.push(...next.value.found)
      continue
    }
    if (!next.value.ok) return fail(faultOf(next.value.error))
    const [failed] = next.value.value.errors
    if (failed && all.length === 0) return fail(faultOf(failed.error))
    return succeed({ messages: all, stop: next.value.value.stop })
  }
}

const byOffset = (a: RawMessage, b: RawMessage): number =>
  a.offset < b.offset ? -1 : a.offset > b.offset ? 1 : 0
const placeOf = (message: RawMessage | undefined): Position | null =>
  message ? formatPosition(message.partition, message.offset) : null

const aroundPosition = async (
  connection: Connection,
  { topic, at, limit }: Ask,
  call: Call,
): Promise<Result<Found, Fault>> => {
  const { partition, offset } = parsePosition(at as Position)
  const bounds = await readBounds(connection, topic, partition, call)
  if (!bounds.ok) return bounds
  const { start, end } = bounds.value
  // Outside of what is there the nearest end stands in.
  const middle = offset < start ? start : offset > end ? end : offset
  const reach = BigInt(limit * gaps)
  // Each away from the middle: where the budget ends before all is read, what is nearest has been.
  const between = (order: ScanOrder, least: bigint, most: bigint, count: number) =>
    most < least
      ? succeed<All>({ messages: [], stop: 'end' })
      : readAll(
          connection,
          { topics: [{ topic, partitions: [partition] }], order, offsets: { least, most }, limit: count },
          call,
        )
  const [before, after] = await Promise.all([
    between('newest', middle - reach, middle - 1n, limit * gaps),
    between('oldest', middle, middle + reach, limit + 1),
  ])
  if (!before.ok) return before
  if (!after.ok) return after
  const older = before.value.messages.sort(byOffset).slice(-limit)
  const newer = after.value.messages.sort(byOffset).slice(0, limit + 1)
  const read =
    newer[0]?.offset === offset || offset < start || offset >= end
      ? null
      : await connection.broker.messages?.readAt(topic, partition, offset, call)
  if (read?.ok) newer.unshift(read.value)
  const hit = newer[0]?.offset === offset ? newer[0] : undefined
  const why = hit
    ? null
    : whyNothing({ at: at as Position, start, end }, read?.ok === false ? read.error.detail : null)
  const isCut = newer.length === 0 && after.value.stop === 'budget'
  return succeed({
    messages: [...older, ...newer].reverse(),
    looked: placeOf(hit),
    note:
      why && isCut
        ? `${why} The nearest after it was not reached within ${browseBudget.bytes / 1024 / 1024} MB.`
        : why,
    holds: { partition, start: start.toString(), end: end.toString() },
    nearest: { before: placeOf(older.at(-1)), after: placeOf(hit ? newer[1] : newer[0]) },
  })
}

const counted = (offset: bigint): string => offset.toLocaleString('en-GB')

/** `detail`: what the broker's side said of the position itself. */
const whyNothing = (
  { at, start, end }: { readonly at: Position; readonly start: bigint; readonly end: bigint },
  detail: string | null,
): string => {
  const { partition, offset } = parsePosition(at)
  const holds =
    start === end
      ? `Partition ${partition} holds nothing now; the next message gets offset ${counted(end)}.`
      : `Partition ${partition} holds offsets ${counted(start)} to ${counted(end - 1n)} now.`
  if (offset < start)
    return `${at} is gone: retention or a deletion has removed what was before ${counted(start)}. ${holds}`
  if (offset >= end) return `${at} is not written yet. ${holds}`
  return `${detail === null ? `There is no message at ${at}.` : `${at}: ${detail}.`} ${holds}`.replace(
    '..',
    '.',
  )
}

const aroundTime = async (
  connection: Connection,
  { topic, at, limit }: Ask,
  call: Call,
): Promise<Result<Found, Fault>> => {
  const atMs = BigInt(Date.parse(at))
  const [before, after] = await Promise.all([
    readAll(connection, { topics: [{ topic }], order: 'newest', untilMs: atMs, limit }, call),
    readAll(connection, { topics: [{ topic }], order: 'oldest', sinceMs: atMs, limit }, call),
  ])
  if (!before.ok) return before
  if (!after.ok) return after
  const newestFirst = inOrderOf('newest')
  const older = before.value.messages.sort(newestFirst).slice(0, limit)
  const newer = after.value.messages.sort(inOrderOf('oldest')).slice(0, limit)
  const [first] = newer
  return succeed({
    messages: [...newer.reverse(), ...older],
    looked: placeOf(first),
    note: first ? null : `Nothing was written at ${at} or later; these are the newest before it.`,
    holds: null,
    nearest: { before: placeOf(older[0]), after: placeOf(first) },
  })
}
