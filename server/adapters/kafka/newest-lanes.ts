import type { RawMessage } from '#server/ports/broker.ts'
import type { Range, RangeRead } from './range-progress.ts'
import type { Bounds } from './read-bounds.ts'

/** One partition of a scan that goes backwards. */
export type Lane = {
  readonly partition: number
  readonly start: bigint
  /** Everything from here on has been read. */
  lower: bigint
  /** Everything from here on has been read or is asked for. */
  asked: bigint
  /** Counts chunks that came to nothing: what was asked for after one of them does not count either. */
  turn: number
  /** Offsets of the next chunk. */
  chunk: bigint
  /** What the next chunk of a search is to weigh; it grows from chunk to chunk. */
  targetBytes: number
  bytesPerOffset: number | null
  largestBatchBytes: number
  /** Newest timestamp of the oldest chunk read (of its lower half, in a search): what lies below is taken to be no newer. */
  bound: bigint | null
  /** Oldest timestamp of the oldest chunk that held records. */
  oldestMs: bigint | null
  failed: boolean
}

export type WantedOf = {
  readonly searching: boolean
  /** Messages of one partition when the limit is spread over all. */
  readonly share: bigint
  /** What one partition may ask for at a time. */
  readonly mostBytes: number
}

const firstChunk = 8n
const firstSearchChunk = 1_000n
const largestChunk = 50_000n
const largestSearchChunk = 5_000_000n
const firstTargetBytes = 512 * 1024
const growth = 4
const leastBytes = 64 * 1024
const browseBytes = 1024 * 1024
const headroom = 16 * 1024

/** A partition that is read backwards from its end, or from `before`. */
export const makeLane = ({ partition, start, end }: Bounds, before: bigint | undefined): Lane => {
  const upper = before !== undefined && before < end ? before : end
  const lower = upper < start ? start : upper
  return {
    partition,
    start,
    lower,
    asked: lower,
    turn: 0,
    chunk: 0n,
    targetBytes: firstTargetBytes,
    bytesPerOffset: null,
    largestBatchBytes: 0,
    bound: null,
    oldestMs: null,
    failed: false,
  }
}

const clamp = (value: bigint, least: bigint, most: bigint): bigint =>
  value < least ? least : value > most ? most : value

/** The next chunk downwards, which is then asked for. */
export const claimChunk = (lane: Lane, wanted: WantedOf): Range => {
  if (lane.chunk === 0n)
    lane.chunk = wanted.searching ? firstSearchChunk : clamp(wanted.share, firstChunk, largestChunk)
  const from = lane.asked - lane.chunk < lane.start ? lane.start : lane.asked - lane.chunk
  const range = {
    partition: lane.partition,
    from,
    to: lane.asked,
    bytes: bytesOf(lane, lane.asked - from, wanted),
  }
  lane.asked = from
  return range
}

/** What a chunk weighs by what was read before, and two batches more: it begins and ends in the middle of one. */
const bytesOf = (
  { bytesPerOffset, largestBatchBytes }: Lane,
  offsets: bigint,
  { mostBytes }: WantedOf,
): number => {
  if (bytesPerOffset === null) return Math.max(leastBytes, Math.min(browseBytes, mostBytes))
  const weight = Math.ceil(Number(offsets) * bytesPerOffset) + 2 * largestBatchBytes + headroom
  return Math.max(leastBytes, Math.min(weight, mostBytes))
}

const newestOf = (messages: readonly RawMessage[]): bigint | null =>
  messages.reduce<bigint | null>(
    (max, { timestampMs }) => (max === null || timestampMs > max ? timestampMs : max),
    null,
  )

/**
 * Takes in what came of a chunk. False when it does not count: one that was cut short has a hole at its upper end, so
 * that taking it would spoil the order.
 */
export const settleChunk = (lane: Lane, range: Range, read: RangeRead, wanted: WantedOf): boolean => {
  if (read.next < range.to) {
    lane.turn += 1
    lane.asked = lane.lower
    return false
  }
  lane.lower = range.from
  // Heads tell of whole batches, which may reach above a small chunk: of a browse the messages themselves are known.
  lane.bound = (wanted.searching ? read.newestBelowMs : newestOf(read.messages)) ?? lane.bound
  lane.oldestMs = read.oldestMs ?? lane.oldestMs
  lane.largestBatchBytes = Math.max(lane.largestBatchBytes, read.largestBatchBytes)
  lane.bytesPerOffset = read.bytesPerOffset ?? lane.bytesPerOffset
  if (!wanted.searching) lane.chunk = clamp(lane.chunk * 2n, firstChunk, largestChunk)
  else if (lane.bytesPerOffset === null || read.scanned === 0)
    lane.chunk = clamp(lane.chunk * 8n, firstSearchChunk, largestSearchChunk)
  else {
    const most = wanted.mostBytes - 2 * lane.largestBatchBytes - headroom
    lane.targetBytes = Math.max(leastBytes, Math.min(lane.targetBytes * growth, most))
    const weighed = BigInt(Math.floor(lane.targetBytes / lane.bytesPerOffset))
    lane.chunk = clamp(weighed, 1n, clamp(lane.chunk * 64n, 1n, largestSearchChunk))
  }
  return true
}
