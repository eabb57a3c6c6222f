import { fail, succeed } from '#server/domain/result.ts'
import type { Answer, MessageReader, RawMessage, ScanOutcome, Topics } from '#server/ports/broker.ts'
import type { Call } from '#server/ports/call.ts'
import type { KafkaClient } from './client.ts'
import { errorOfThrown } from './errors.ts'
import { claimChunk, type Lane, makeLane, settleChunk, type WantedOf } from './newest-lanes.ts'
import type { Range, RangeRead } from './range-progress.ts'
import { type Bounds, heldBackOf, readBounds } from './read-bounds.ts'
import { readRanges, requestBytes } from './read-range.ts'

type Request = Parameters<MessageReader['readNewest']>[0]

/** Newest first: by timestamp, ties by partition, then offset. */
const newestFirst = (a: RawMessage, b: RawMessage): number => {
  if (a.timestampMs !== b.timestampMs) return a.timestampMs > b.timestampMs ? -1 : 1
  if (a.partition !== b.partition) return a.partition - b.partition
  return a.offset > b.offset ? -1 : 1
}

/**
 * Reads backwards in growing chunks over all partitions until the newest `limit` accepted messages are found. A
 * partition is read on as long as its unread part may hold a message newer than the last one kept; what lies below a
 * chunk is taken to be no newer than the chunk's newest message. With a filter, the next chunks are under way while the
 * last are searched, and only what it accepts is kept.
 */
export const readNewest = async (
  client: KafkaClient,
  topics: Topics,
  request: Request,
  call: Call,
): Answer<ScanOutcome> => {
  const found = await topics.find(request.topic, call)
  if (!found.ok) return found
  const chosen = found.value.partitions.filter(
    ({ partition }) => request.partitions?.includes(partition) ?? true,
  )
  const isolation = request.isolation ?? 'committed'
  const state = { ...found.value, partitions: chosen }
  const bounds = await readBounds(client, state, isolation, call.signal, request.sinceMs ?? null)
  if (!bounds.ok) return bounds
  const { partitions, failed } = bounds.value
  const [refused] = failed
  if (partitions.length === 0 && refused) return fail(refused.error)
  const scan = makeScan(request, partitions)
  scan.errors.push(...failed)
  try {
    await runScan(client, scan, call.signal)
  } catch (error) {
    if (!call.signal.aborted) return fail(errorOfThrown(error, `topic ${request.topic}`))
  }
  return succeed(outcomeOf(scan, chosen.length, partitions, call.signal.aborted))
}

type Scan = {
  readonly request: Request
  readonly lanes: readonly Lane[]
  readonly wanted: WantedOf
  readonly deadline: number
  accepted: RawMessage[]
  readonly errors: ScanOutcome['errors'][number][]
  bytes: number
  messages: number
  /** All matches, those that were dropped again included. */
  matches: number
  matchesOfRound: number
  overBudget: boolean
}

const makeScan = (request: Request, partitions: readonly Bounds[]): Scan => ({
  request,
  lanes: partitions.map((bounds) => makeLane(bounds, request.before?.get(bounds.partition))),
  wanted: {
    searching: request.filter !== undefined,
    share: BigInt(Math.ceil(request.limit / Math.max(1, partitions.length))),
    mostBytes: Math.floor(requestBytes / Math.max(1, partitions.length)),
  },
  deadline: performance.now() + request.budget.milliseconds,
  accepted: [],
  errors: [],
  bytes: 0,
  messages: 0,
  matches: 0,
  matchesOfRound: 0,
  overBudget: false,
})

type Round = {
  readonly parts: readonly { readonly lane: Lane; readonly range: Range; readonly turn: number }[]
  readonly reads: Promise<readonly RangeRead[]>
}

const runScan = async (client: KafkaClient, scan: Scan, signal: AbortSignal): Promise<void> => {
  const giveUp = new AbortController()
  const either = AbortSignal.any([signal, giveUp.signal])
  const rounds: Round[] = []
  try {
    for (;;) {
      while (rounds.length < roundsAtOnce(scan)) {
        const open =
          scan.overBudget || signal.aborted
            ? []
            : lanesToRead(scan).filter(({ asked, start }) => asked > start)
        if (open.length === 0) break
        rounds.push(startRound(client, scan, open, either))
      }
      const round = rounds.shift()
      if (!round) break
      settleRound(scan, round, await round.reads)
      if (lanesToRead(scan).length === 0) return
    }
    if (signal.aborted || scan.accepted.length > 0 || scan.request.filter) return
    // Messages so large that not one chunk fitted: show at least the newest of each partition.
    const open = lanesToRead(scan)
    for (const lane of open) Object.assign(lane, { chunk: 1n, asked: lane.lower })
    if (open.length === 0) return
    const last = startRound(client, scan, open, either, () => true)
    settleRound(scan, last, await last.reads)
  } finally {
    giveUp.abort()
    await Promise.allSettled(rounds.map(({ reads }) => reads))
  }
}

/** A second round is under way while the first is searched, unless the first is likely to bring what is missing. */
const roundsAtOnce = ({ request, matches, matchesOfRound }: Scan): number =>
  request.filter && request.limit - matches > matchesOfRound ? 2 : 1

/** Partitions whose unread part may hold one of the newest `limit`. */
const lanesToRead = ({ accepted, lanes, request }: Scan): Lane[] => {
  const last = accepted.length >= request.limit ? (accepted[request.limit - 1]?.timestampMs ?? null) : null
  return lanes.filter(
    ({ failed, lower, start, bound }) =>
      !failed && lower > start && (last === null || bound === null || bound >= last),
  )
}

const startRound = (
  client: KafkaClient,
  scan: Scan,
  open: readonly Lane[],
  signal: AbortSignal,
  always?: () => boolean,
): Round => {
  const { request, wanted, deadline } = scan
  const { budget } = request
  const parts = open.map((lane) => ({ lane, range: claimChunk(lane, wanted), turn: lane.turn }))
  const mayGoOn = (bytes: number, messages: number): boolean => {
    scan.bytes += bytes
    scan.messages += messages
    const spent = scan.bytes >= budget.bytes || scan.messages >= budget.messages
    scan.overBudget = spent || performance.now() >= deadline
    return always?.() ?? !scan.overBudget
  }
  const options = {
    isolation: request.isolation ?? 'committed',
    filter: request.filter ?? null,
    deadline,
    mayGoOn,
  }
  const ranges = parts.map(({ range }) => range)
  const reads = readRanges(client, request.topic, ranges, options, signal)
  // Whoever gives the scan up does not wait for it.
  reads.catch(() => {})
  return { parts, reads }
}

const settleRound = (scan: Scan, { parts }: Round, reads: readonly RangeRead[]): void => {
  const before = scan.matches
  for (const [index, { lane, range, turn }] of parts.entries()) {
    const read = reads[index]
    if (!read || turn !== lane.turn) continue
    if (read.error) {
      lane.failed = true
      lane.turn += 1
      scan.errors.push({ partition: lane.partition, error: read.error })
      continue
    }
    if (!settleChunk(lane, range, read, scan.wanted)) continue
    scan.matches += read.messages.length
    for (const message of read.messages) scan.accepted.push(message)
  }
  scan.matchesOfRound = scan.matches - before
  scan.accepted.sort(newestFirst)
}

const outcomeOf = (
  scan: Scan,
  partitions: number,
  bounds: readonly Bounds[],
  aborted: boolean,
): ScanOutcome => {
  const { request, lanes, accepted, errors } = scan
  const left = Map.groupBy(accepted.slice(request.limit), ({ partition }) => partition)
  const resumeAt = new Map(
    lanes.map(({ partition, lower }) => {
      const highestLeft = (left.get(partition) ?? []).reduce(
        (max, { offset }) => (offset > max ? offset : max),
        -1n,
      )
      return [partition, highestLeft < 0n ? lower : highestLeft + 1n]
    }),
  )
  const stopOf = (): ScanOutcome['stop'] => {
    if (aborted) return 'cancelled'
    // Enough only when no unread part may hold a newer one; what the budget cut short is said to be so.
    if (lanesToRead(scan).length > 0) return 'budget'
    if (accepted.length >= request.limit) return 'enough'
    return errors.length > 0 ? 'error' : 'end'
  }
  return {
    messages: accepted.slice(0, request.limit),
    scannedMessages: BigInt(scan.messages),
    scannedBytes: BigInt(scan.bytes),
    matches: BigInt(scan.matches),
    partitions,
    backToMs: backTo(lanes),
    stop: stopOf(),
    errors,
    heldBack: request.before ? [] : heldBackOf(bounds),
    resumeAt,
  }
}

/** The time back to which every partition was looked at; those read to their start do not limit it. */
const backTo = (lanes: readonly Lane[]): bigint | null => {
  const times = (all: readonly Lane[]) => all.flatMap(({ oldestMs }) => oldestMs ?? [])
  const open = lanes.filter(({ lower, start }) => lower > start)
  if (open.some(({ oldestMs }) => oldestMs === null)) return null
  const limiting = times(open)
  if (limiting.length > 0) return limiting.reduce((max, one) => (one > max ? one : max))
  const all = times(lanes)
  return all.length === 0 ? null : all.reduce((min, one) => (one < min ? one : min))
}
