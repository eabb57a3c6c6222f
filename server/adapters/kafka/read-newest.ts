import { fail, succeed } from '#server/domain/result.ts'
import type {
  Answer,
  MessageReader,
  RawMessage,
  ScanOutcome,
  ScanStop,
  Topics,
} from '#server/ports/broker.ts'
import type { Call } from '#server/ports/call.ts'
import type { KafkaClient } from './client.ts'
import { errorOfThrown } from './errors.ts'
import { readRanges } from './read-range.ts'

type Request = Parameters<MessageReader['readNewest']>[0]

const partitionBytes = 1024 * 1024
const firstChunk = 8n
const largestChunk = 50_000n

/** Newest first: by timestamp, ties by partition, then offset. */
const newestFirst = (a: RawMessage, b: RawMessage): number => {
  if (a.timestampMs !== b.timestampMs) return a.timestampMs > b.timestampMs ? -1 : 1
  if (a.partition !== b.partition) return a.partition - b.partition
  return a.offset > b.offset ? -1 : 1
}

type Lane = {
  readonly partition: number
  readonly start: bigint
  /** Everything from here on has been read. */
  lower: bigint
  chunk: bigint
  /** Newest timestamp of the oldest chunk read: what lies below is taken to be no newer. */
  bound: bigint | null
  failed: boolean
}

/**
 * Reads backwards in growing chunks over all partitions until the newest `limit` accepted messages are found. A
 * partition is read on as long as its unread part may hold a message newer than the last one kept; what lies below a
 * chunk is taken to be no newer than the chunk's newest message.
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
  const offsets = await topics.offsets([{ ...found.value, partitions: chosen }], call)
  if (!offsets.ok) return offsets
  const state = offsets.value[0]
  if (!state || (state.partitions.length === 0 && state.failed[0]))
    return fail(state?.failed[0]?.error ?? errorOfThrown(null, request.topic))
  const scan = makeScan(request, state.partitions)
  try {
    await runScan(client, request, scan, call.signal)
  } catch (error) {
    if (!call.signal.aborted) return fail(errorOfThrown(error, `topic ${request.topic}`))
  }
  return succeed(outcomeOf(request, scan, state.failed, call.signal.aborted))
}

type Scan = {
  readonly lanes: readonly Lane[]
  readonly accepted: RawMessage[]
  readonly errors: ScanOutcome['errors'][number][]
  bytes: number
  messages: number
  overBudget: boolean
}

const makeScan = (
  request: Request,
  partitions: readonly { readonly partition: number; readonly start: bigint; readonly end: bigint }[],
): Scan => ({
  lanes: partitions.map(({ partition, start, end }) => {
    const before = request.before?.get(partition)
    const upper = before !== undefined && before < end ? before : end
    return {
      partition,
      start,
      lower: upper < start ? start : upper,
      chunk: firstChunk,
      bound: null,
      failed: false,
    }
  }),
  accepted: [],
  errors: [],
  bytes: 0,
  messages: 0,
  overBudget: false,
})

const runScan = async (
  client: KafkaClient,
  request: Request,
  scan: Scan,
  signal: AbortSignal,
): Promise<void> => {
  const { budget, limit } = request
  const startedAt = performance.now()
  const share = BigInt(Math.ceil(limit / Math.max(1, scan.lanes.length)))
  for (const lane of scan.lanes) if (share > lane.chunk) lane.chunk = share
  const mayGoOn = (bytes: number, messages: number): boolean => {
    scan.bytes += bytes
    scan.messages += messages
    const spent = scan.bytes >= budget.bytes || scan.messages >= budget.messages
    scan.overBudget = spent || performance.now() - startedAt >= budget.milliseconds
    return !scan.overBudget
  }
  while (!signal.aborted && !scan.overBudget) {
    const open = lanesToRead(scan, limit)
    if (open.length === 0) return
    await readChunk(client, request, scan, open, mayGoOn, signal)
  }
  if (signal.aborted || scan.accepted.length > 0) return
  // Messages so large that not one chunk fitted: show at least the newest of each partition.
  const open = lanesToRead(scan, limit)
  for (const lane of open) lane.chunk = 1n
  await readChunk(client, request, scan, open, () => true, signal)
}

/** Partitions whose unread part may hold one of the newest `limit`. */
const lanesToRead = (scan: Scan, limit: number): Lane[] => {
  scan.accepted.sort(newestFirst)
  const last = scan.accepted.length >= limit ? (scan.accepted[limit - 1]?.timestampMs ?? null) : null
  return scan.lanes.filter(
    ({ failed, lower, start, bound }) =>
      !failed && lower > start && (last === null || bound === null || bound >= last),
  )
}

const readChunk = async (
  client: KafkaClient,
  request: Request,
  scan: Scan,
  open: readonly Lane[],
  mayGoOn: (bytes: number, messages: number) => boolean,
  signal: AbortSignal,
): Promise<void> => {
  const accept = request.accept ?? (() => true)
  const ranges = open.map(({ partition, lower, start, chunk }) => {
    const from = lower - chunk
    return { partition, from: from < start ? start : from, to: lower }
  })
  const reads = await readRanges(client, request.topic, ranges, { partitionBytes, mayGoOn }, signal)
  for (const [index, lane] of open.entries()) {
    const read = reads[index]
    const range = ranges[index]
    if (!read || !range) continue
    if (read.error) {
      lane.failed = true
      scan.errors.push({ partition: lane.partition, error: read.error })
      continue
    }
    // A chunk that the budget cut short has a hole at its upper end: none of it counts, so that the order stays true.
    if (read.next < range.to) continue
    for (const message of read.messages) if (accept(message)) scan.accepted.push(message)
    lane.lower = range.from
    lane.bound = newestOf(read.messages) ?? lane.bound
    lane.chunk = lane.chunk * 2n > largestChunk ? largestChunk : lane.chunk * 2n
  }
}

const newestOf = (messages: readonly RawMessage[]): bigint | null =>
  messages.reduce<bigint | null>(
    (max, { timestampMs }) => (max === null || timestampMs > max ? timestampMs : max),
    null,
  )

const outcomeOf = (
  request: Request,
  scan: Scan,
  failed: ScanOutcome['errors'],
  aborted: boolean,
): ScanOutcome => {
  scan.accepted.sort(newestFirst)
  const messages = scan.accepted.slice(0, request.limit)
  const left = scan.accepted.slice(request.limit)
  const resumeAt = new Map(
    scan.lanes.map((lane) => {
      const highestLeft = left.reduce<bigint | null>(
        (max, { partition, offset }) =>
          partition === lane.partition && (max === null || offset > max) ? offset : max,
        null,
      )
      return [lane.partition, highestLeft === null ? lane.lower : highestLeft + 1n]
    }),
  )
  const exhausted = scan.lanes.every(({ lower, start, failed: laneFailed }) => laneFailed || lower <= start)
  const stop: ScanStop = aborted
    ? 'cancelled'
    : messages.length >= request.limit
      ? 'enough'
      : scan.errors.length > 0
        ? 'error'
        : exhausted
          ? 'end'
          : 'budget'
  return {
    messages,
    scannedMessages: BigInt(scan.messages),
    scannedBytes: BigInt(scan.bytes),
    stop,
    errors: [...scan.errors, ...failed],
    resumeAt,
  }
}
