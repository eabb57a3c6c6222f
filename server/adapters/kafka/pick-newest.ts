import type { TopicName } from '#server/contracts/scalars.ts'
import { inOrderOf, keepFirst } from '#server/domain/message-order.ts'
import type { ScanGiven, ScanPlace } from '#server/domain/scan-cursor.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import type { OffsetQuestion } from './offsets.ts'
import { type AskOffsets, addPlace, type Picker } from './pick-messages.ts'
import { isOpen, isRead, type Lane, mayClaim } from './scan-lanes.ts'

const compareNewest = inOrderOf('newest')
type Row = { readonly message: RawMessage; readonly lane: Lane; isTold: boolean }

const compareRows = (a: Row, b: Row): number => compareNewest(a.message, b.message)

/**
 * Picks the newest `limit` by timestamp, whatever the order in which they were written. Once there are so many, brokers
 * are asked for the first offset at or after the time of the last: what stands before it in a partition is older (KIP-79,
 * exact for each record) and need not be read. As the last rises, so do the bounds.
 */
export const makeNewestPicker = (
  { limit, goOnWith }: Pick<ScanRequest, 'limit' | 'goOnWith'>,
  lanes: readonly Lane[],
  askOffsets: AskOffsets,
): Picker => {
  const best: Row[] = []
  /** Of each lane the offset nearest to where it began of what was accepted but fell beyond the limit. */
  const left = new Map<Lane, bigint>()
  let matches = 0
  let asked: Row | null = null
  let settledMs: bigint | null = null

  const last = (): Row | null => (best.length >= limit ? (best[limit - 1] ?? null) : null)
  const given = goOnWith?.given ?? []
  /** How far a part that was read before reaches in a lane; null: all through it. */
  const reachOf = ({ reach, reachLate }: ScanGiven, { isLate, topic, partition }: Lane): bigint | null =>
    (isLate ? reachLate : reach).get(topic)?.get(partition) ?? null
  const isWithin = (part: ScanGiven, lane: Lane, offset: bigint): boolean => {
    const reach = reachOf(part, lane)
    return reach === null || (lane.goesUp ? offset < reach : offset >= reach)
  }
  const isGiven = (lane: Lane, message: RawMessage): boolean => {
    const part = given.find((one) => isWithin(one, lane, message.offset))
    return part !== undefined && compareNewest(message, part.upTo) <= 0
  }
  const parts = given.filter((part) => !isAll(part))
  const lowest = parts.at(-1)
  /** Whether a lane has still to come through a part that was read before. */
  const isShortOf = (part: ScanGiven, lane: Lane): boolean => {
    const reach = reachOf(part, lane)
    if (reach === null || !(lane.failed ? !isRead(lane) : isOpen(lane))) return false
    return lane.goesUp ? lane.at < reach : lane.at > reach
  }
  const goesOver = (lane: Lane): boolean => lowest !== undefined && isShortOf(lowest, lane)
  // With two such parts left nothing more is read, so that there are never three.
  if (lowest !== undefined && parts.length > 1) for (const lane of lanes) lane.stopAt = reachOf(lowest, lane)

  /** The first time that is sure to come after the last one kept, in this lane: of equal times the place decides. */
  const timeFor = (lane: Lane, { message, lane: own }: Row): bigint => {
    const isBehind =
      lane === own || lane.topic > own.topic || (lane.topic === own.topic && lane.partition > own.partition)
    return isBehind ? message.timestampMs + 1n : message.timestampMs
  }
  const question = ({ topic, partition, leader }: Lane, timestamp: bigint): OffsetQuestion => ({
    topic,
    partition,
    leader,
    at: timestamp,
  })

  return {
    take: (lane, accepted) => {
      const fresh = accepted.filter((message) => !isGiven(lane, message))
      matches += fresh.length
      const rows = fresh.map((message) => ({ message, lane, isTold: false }))
      for (const { message, lane: own } of keepFirst(best, rows, compareRows, limit)) {
        const known = left.get(own)
        const isFirst = known === undefined || (own.goesUp ? message.offset < known : message.offset > known)
        if (isFirst) left.set(own, message.offset)
      }
      return fresh.length
    },

    lanesToRead: () => {
      const open = lanes.filter(isOpen)
      const main = open.filter(({ isLate }) => !isLate)
      const timeOf = ({ estimateMs }: Lane): bigint | null => estimateMs
      // What was written late is looked for when all else is read, or of the rest nothing is wanted.
      return (main.length > 0 ? main : open).filter(mayClaim).sort((a, b) => {
        const [one, other] = [timeOf(a), timeOf(b)]
        if (one === null || other === null) return (one === null ? 0 : 1) - (other === null ? 0 : 1)
        return one > other ? -1 : one < other ? 1 : 0
      })
    },

    isDone: () => !lanes.some(isOpen),
    isGoingOver: () => lanes.some((lane) => !lane.failed && goesOver(lane)),

    settle: async () => {
      const row = last()
      const open = lanes.filter(isOpen)
      if (row === null || row === asked || open.length === 0) return
      asked = row
      const answers = await askOffsets(open.map((lane) => question(lane, timeFor(lane, row))))
      for (const [index, lane] of open.entries()) {
        const offset = answers[index]
        if (offset === undefined) continue
        if (lane.goesUp) lane.isFinal = offset === null || offset >= lane.end
        else if (offset === null || offset >= lane.at) lane.isFinal = true
        else if (offset > lane.floor) lane.floor = offset
      }
    },

    estimate: async (isEnd = false) => {
      const open = lanes.filter(isOpen)
      if (open.length === 0 || (last() !== null && !isEnd)) return
      let newest: bigint | null = null
      for (const { estimateMs } of open) {
        if (estimateMs === null) return
        if (newest === null || estimateMs > newest) newest = estimateMs
      }
      if (newest === null || (settledMs !== null && newest >= settledMs)) return
      const from = newest + 1n
      const answers = await askOffsets(open.map((lane) => question(lane, from)))
      const holds = open.every((lane, index) => {
        const offset = answers[index]
        if (offset === undefined) return false
        return offset === null || offset >= (lane.goesUp ? lane.end : lane.at)
      })
      if (holds && !lanes.some(({ failed }) => failed)) settledMs = newest
    },

    drain: () => {
      const fresh = best.filter(({ isTold }) => !isTold)
      for (const row of fresh) row.isTold = true
      return fresh.map(({ message }) => message)
    },
    matches: () => matches,
    isFull: () => best.length >= limit,

    settledMs: () => {
      if (lanes.some((lane) => lane.failed || isOpen(lane))) return settledMs
      const row = last()
      return row === null || lanes.every(isRead) ? 0n : row.message.timestampMs - 1n
    },

    cursor: () => {
      const isFinal = !lanes.some((lane) => lane.failed || isOpen(lane))
      const at = new Map<TopicName, Map<number, bigint>>()
      const late = new Map<TopicName, Map<number, bigint>>()
      for (const lane of lanes) {
        const mine = left.get(lane)
        if (mine === undefined && isRead(lane)) continue
        addPlace(lane.isLate ? late : at, lane, mine === undefined ? lane.at : lane.goesUp ? mine : mine + 1n)
        // A list of places without an entry is one with nothing left.
        if (lane.isLate && !at.get(lane.topic)?.has(lane.partition)) addPlace(at, lane, 0n)
      }
      return { goOnAt: at, goOnWith: { late, given: givenBy(isFinal) } }
    },
  }

  /** Of what was read, what has been given by now. */
  function givenBy(isFinal: boolean): readonly ScanGiven[] {
    const row = last()
    const onAll = given.filter(isAll)
    if (row === null || (left.size === 0 && !isFinal)) return lanes.some(goesOver) ? given : onAll
    const cut = placeOf(row.message)
    const before = parts.map((part) => ({
      upTo: compareNewest(part.upTo, cut) > 0 ? part.upTo : cut,
      ...reachesOf((lane) => (isShortOf(part, lane) ? lane.at : (reachOf(part, lane) ?? lane.at))),
    }))
    // When all is final, what is left comes after the last one given, wherever it stands.
    const now = isFinal
      ? [{ upTo: cut, reach: new Map(), reachLate: new Map() }]
      : [{ upTo: cut, ...reachesOf(({ at }) => at) }, ...onAll]
    // Parts that are given up to the same place are one.
    return [...before, ...now].filter(({ upTo }, index, all) => {
      const next = all[index + 1]
      return next === undefined || compareNewest(next.upTo, upTo) !== 0
    })
  }

  function reachesOf(offsetOf: (lane: Lane) => bigint): Pick<ScanGiven, 'reach' | 'reachLate'> {
    const reach = new Map<TopicName, Map<number, bigint>>()
    const reachLate = new Map<TopicName, Map<number, bigint>>()
    for (const lane of lanes) addPlace(lane.isLate ? reachLate : reach, lane, offsetOf(lane))
    return { reach, reachLate }
  }
}

const isAll = ({ reach, reachLate }: ScanGiven): boolean => reach.size === 0 && reachLate.size === 0
const placeOf = ({ timestampMs, topic, partition, offset }: ScanPlace): ScanPlace => ({
  timestampMs,
  topic,
  partition,
  offset,
})
