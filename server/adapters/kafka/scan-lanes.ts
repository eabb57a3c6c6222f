import type { TopicName } from '#server/contracts/scalars.ts'
import type { Isolation } from '#server/ports/raw-message.ts'
import type { ScannedSpan, ScanRequest } from '#server/ports/scan.ts'
import type { Lost, Range, RangeRead } from './range-progress.ts'
import type { Bounds } from './read-bounds.ts'

/**
 * One part of a partition that a scan reads chunk by chunk: upwards (oldest first, and late parts) from `start`, or
 * downwards (newest first) from `end`.
 */
export type Lane = {
  readonly topic: TopicName
  readonly topicId: string | null
  readonly partition: number
  readonly leader: number
  /** The part from the first message of `untilMs` on: only what was written late is wanted of it. */
  readonly isLate: boolean
  readonly goesUp: boolean
  readonly start: bigint
  readonly end: bigint
  /** Up to here every transaction is decided. */
  readonly stable: bigint
  /** The broker sets the topic's timestamps now. */
  readonly isTimedByBroker: boolean
  /** Everything before it, in the lane's direction, has been read. */
  at: bigint
  /** Everything before it has been read or is asked for. */
  asked: bigint
  /** How far records were really looked at: what proves to hold nothing that is wanted is passed over by `at` alone. */
  lookedAt: bigint
  /** Records looked at. */
  scanned: number
  /** Downwards: nothing below is wanted any more. */
  floor: bigint
  /** Not asked for further than this, although more is unread. */
  stopAt: bigint | null
  /** Nothing unread can be wanted any more, whatever it is. */
  isFinal: boolean
  /** Counts chunks that came to nothing: what was asked for after one of them does not count either. */
  turn: number
  /** Offsets of the next chunk. */
  chunk: bigint
  /** What the next chunk of a search is to weigh; it grows from chunk to chunk. */
  targetBytes: number
  bytesPerOffset: number | null
  largestBatchBytes: number
  /** Newest timestamp of the lower half of the last chunk: an estimate of what lies below. */
  estimateMs: bigint | null
  /** Oldest timestamp of the last chunk that held records. */
  oldestMs: bigint | null
  /** Newest timestamp read that does not lie in the future. */
  reachedMs: bigint | null
  isLogAppend: boolean
  /** Offsets that were wanted and were there no longer. */
  lost: Lost | null
  failed: boolean
}

export type WantedOf = {
  readonly searching: boolean
  readonly isolation: Isolation
  /** Messages of one partition when the limit is spread over all. */
  readonly share: bigint
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

const clamp = (value: bigint, least: bigint, most: bigint): bigint =>
  value < least ? least : value > most ? most : value
const largest = (a: bigint | null, b: bigint | null): bigint | null =>
  a === null ? b : b === null || a > b ? a : b

type Part = Pick<Lane, 'isLate' | 'goesUp' | 'start' | 'end' | 'isTimedByBroker'>

const makeLane = (bounds: Bounds, part: Part): Lane => ({
  topic: bounds.topic,
  topicId: bounds.topicId,
  partition: bounds.partition,
  leader: bounds.leader,
  ...part,
  stable: bounds.stable,
  at: part.goesUp ? part.start : part.end,
  asked: part.goesUp ? part.start : part.end,
  lookedAt: part.goesUp ? part.start : part.end,
  scanned: 0,
  floor: part.start,
  stopAt: null,
  isFinal: false,
  turn: 0,
  chunk: 0n,
  targetBytes: firstTargetBytes,
  bytesPerOffset: null,
  largestBatchBytes: 0,
  estimateMs: null,
  oldestMs: null,
  reachedMs: null,
  isLogAppend: true,
  lost: null,
  failed: false,
})

/**
 * The lanes of a partition: what lies before the first message of `untilMs`, and what was written after it; of a scan that
 * goes on, what is left of them.
 */
export const makeLanes = (
  bounds: Bounds,
  { order, offsets, goOnAt, goOnWith }: Pick<ScanRequest, 'order' | 'offsets' | 'goOnAt' | 'goOnWith'>,
  isTimedByBroker: boolean,
): Lane[] => {
  const { topic, partition } = bounds
  const least = offsets?.least ?? bounds.start
  const start = least > bounds.start ? least : bounds.start
  const most = offsets?.most === undefined || offsets.most === null ? bounds.end : offsets.most + 1n
  const end = clamp(most, start, bounds.end > start ? bounds.end : start)
  const until = clamp(bounds.untilAt, start, end)
  const main = { isLate: false, goesUp: order === 'oldest', start, end: until, isTimedByBroker }
  const late = { isLate: true, goesUp: true, start: until, end, isTimedByBroker }
  if (goOnAt === undefined) return [makeLane(bounds, main), ...(until < end ? [makeLane(bounds, late)] : [])]
  const place = goOnAt.get(topic)?.get(partition)
  const latePlace = goOnWith?.late.get(topic)?.get(partition)
  return [
    ...(place === undefined ? [] : [withLoss(makeLane(bounds, goOn(main, place, latePlace ?? end)), place)]),
    ...(latePlace === undefined ? [] : [withLoss(makeLane(bounds, goOn(late, latePlace, end)), latePlace)]),
  ]
}

/** Upwards, what stood from where it was to go on to where the partition begins by now is lost. */
const withLoss = (lane: Lane, place: bigint): Lane => {
  if (lane.goesUp && place < lane.start) lane.lost = { from: place, to: lane.start }
  return lane
}

/** What is left of a part. Where it ended then stands in the places, not in what the broker says of times by now. */
const goOn = <P extends Pick<Lane, 'goesUp' | 'start' | 'end' | 'isLate'>>(
  part: P,
  place: bigint,
  most: bigint,
): P => {
  if (!part.goesUp) return { ...part, end: clamp(place, part.start, most > part.start ? most : part.start) }
  const end = part.isLate || most < part.end ? most : part.end
  return { ...part, start: clamp(place, part.isLate ? 0n : part.start, end), end }
}

/** Whether something of a lane is not read yet and still wanted. */
export const isOpen = (lane: Lane): boolean => !lane.failed && !lane.isFinal && isUnread(lane, lane.at)
/** Whether something of it may still be asked for. */
export const mayClaim = (lane: Lane): boolean =>
  isOpen(lane) && isUnread(lane, lane.asked) && (lane.stopAt === null || isBefore(lane, lane.stopAt))
/** Whether a lane is asked for less far than an offset, in its direction. */
const isBefore = ({ goesUp, asked }: Lane, offset: bigint): boolean =>
  goesUp ? asked < offset : asked > offset
const isUnread = ({ goesUp, floor, end }: Lane, at: bigint): boolean => (goesUp ? at < end : at > floor)
/** Whether a lane was read to its end, not only as far as it was wanted. */
export const isRead = ({ goesUp, at, start, end }: Lane): boolean => (goesUp ? at >= end : at <= start)

/** Whether the size of its messages has still to be learned: downwards, a chunk may turn out to be too large to count. */
export const isLearning = ({ goesUp, bytesPerOffset }: Lane): boolean => !goesUp && bytesPerOffset === null

/** What was looked at of lanes; nothing of those that were not begun. */
export const spansOf = (lanes: readonly Lane[]): ScannedSpan[] =>
  lanes.flatMap(({ topic, partition, goesUp, start, end, lookedAt, scanned }) => {
    const [from, to] = goesUp ? [start, lookedAt] : [lookedAt, end]
    return from < to ? [{ topic, partition, from, to, messages: BigInt(scanned) }] : []
  })

/**
 * The next chunk in the lane's direction, which is then asked for. It lies on one side of the last stable offset, and
 * downwards within `leftBytes`, since it does not count unless it is read whole.
 */
export const claimChunk = (lane: Lane, wanted: WantedOf, mostBytes: number, leftBytes: number): Range => {
  if (lane.chunk === 0n)
    lane.chunk = wanted.searching ? firstSearchChunk : clamp(wanted.share, firstChunk, largestChunk)
  if (!lane.goesUp && lane.bytesPerOffset !== null) {
    const bytes = wanted.searching ? Math.min(leftBytes, mostBytes) : leftBytes
    lane.chunk = clamp(lane.chunk, 1n, BigInt(Math.max(1, Math.floor(bytes / lane.bytesPerOffset))))
  }
  const [from, to] = lane.goesUp ? claimUp(lane) : claimDown(lane)
  lane.asked = lane.goesUp ? to : from
  return {
    topic: lane.topic,
    topicId: lane.topicId,
    partition: lane.partition,
    from,
    to,
    bytes: bytesOf(lane, to - from, mostBytes),
    level: to <= lane.stable ? 'committed' : wanted.isolation,
  }
}

const claimUp = ({ asked, chunk, end, stable, stopAt }: Lane): readonly [bigint, bigint] => {
  const most = stopAt !== null && stopAt < end ? stopAt : end
  const to = asked + chunk > most ? most : asked + chunk
  return [asked, asked < stable && stable < to ? stable : to]
}
const claimDown = ({ asked, chunk, floor, stable, stopAt }: Lane): readonly [bigint, bigint] => {
  const least = stopAt !== null && stopAt > floor ? stopAt : floor
  const from = asked - chunk < least ? least : asked - chunk
  return [from < stable && stable < asked ? stable : from, asked]
}

/** What a chunk weighs by what was read before, and two batches more: it begins and ends in the middle of one. */
const bytesOf = ({ bytesPerOffset, largestBatchBytes }: Lane, offsets: bigint, mostBytes: number): number => {
  if (bytesPerOffset === null) return Math.max(leastBytes, Math.min(browseBytes, mostBytes))
  const weight = Math.ceil(Number(offsets) * bytesPerOffset) + 2 * largestBatchBytes + headroom
  return Math.max(leastBytes, Math.min(weight, mostBytes))
}

/**
 * Takes in what came of a chunk. False when it does not count: downwards, one that was cut short has a hole at its upper
 * end. Upwards, it counts as far as it came.
 */
export const settleChunk = (
  lane: Lane,
  range: Range,
  read: RangeRead,
  wanted: WantedOf,
  mostBytes: number,
): boolean => {
  const isShort = read.next < range.to
  if (isShort) {
    lane.turn += 1
    lane.asked = lane.goesUp ? read.next : lane.at
    if (!lane.goesUp) {
      lane.bytesPerOffset = read.bytesPerOffset ?? lane.bytesPerOffset
      lane.chunk = clamp((range.to - range.from) / 2n, 1n, largestSearchChunk)
    }
    if (!lane.goesUp || read.next <= range.from) return false
  }
  lane.at = lane.goesUp ? read.next : range.from
  lane.lookedAt = lane.goesUp ? read.next : (largest(range.from, read.lost?.to ?? null) ?? range.from)
  lane.scanned += read.scanned
  if (read.lost !== null) {
    // Downwards, what stood below is lost as well.
    const from = lane.goesUp ? (lane.lost?.from ?? read.lost.from) : lane.start
    lane.lost = { from, to: read.lost.to }
    if (!lane.goesUp) {
      lane.at = lane.start
      lane.asked = lane.start
    }
  }
  lane.estimateMs = read.newestBelowMs ?? lane.estimateMs
  lane.oldestMs = read.oldestMs ?? lane.oldestMs
  lane.reachedMs = largest(lane.reachedMs, read.reachedMs)
  lane.isLogAppend &&= read.isLogAppend
  lane.largestBatchBytes = Math.max(lane.largestBatchBytes, read.largestBatchBytes)
  lane.bytesPerOffset = read.bytesPerOffset ?? lane.bytesPerOffset
  lane.chunk = nextChunk(lane, read, wanted, mostBytes)
  if (lane.isLate && lane.isTimedByBroker && read.isLogAppend && read.scanned > 0) endLate(lane)
  return true
}

/**
 * Times that the broker has set rise with offsets: nothing written late stands further on. The setting alone does not
 * tell, since what was written before it was changed keeps its own times; the batches where the late part begins do.
 */
const endLate = (lane: Lane): void => {
  lane.turn += 1
  lane.at = lane.end
  lane.asked = lane.end
}

const nextChunk = (lane: Lane, read: RangeRead, { searching }: WantedOf, mostBytes: number): bigint => {
  if (!searching) return clamp(lane.chunk * 2n, firstChunk, largestChunk)
  if (lane.bytesPerOffset === null || read.scanned === 0)
    return clamp(lane.chunk * 8n, firstSearchChunk, largestSearchChunk)
  const most = mostBytes - 2 * lane.largestBatchBytes - headroom
  lane.targetBytes = Math.max(leastBytes, Math.min(lane.targetBytes * growth, most))
  const weighed = BigInt(Math.floor(lane.targetBytes / lane.bytesPerOffset))
  return clamp(weighed, 1n, clamp(lane.chunk * 64n, 1n, largestSearchChunk))
}
