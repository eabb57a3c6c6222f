import type { TopicName } from '#server/contracts/scalars.ts'
import { inOrderOf, keepFirst } from '#server/domain/message-order.ts'
import type { ScanPlace } from '#server/domain/scan-cursor.ts'
import type { RawMessage, ScanRequest } from '#server/ports/broker.ts'
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
  const isGiven = (lane: Lane, message: RawMessage): boolean => {
    const given = goOnWith?.given
    if (!given || compareNewest(message, given) > 0) return false
    const fresh = (lane.isLate ? goOnWith.freshLate : goOnWith.fresh).get(lane.topic)?.get(lane.partition)
    return fresh === undefined || (lane.goesUp ? message.offset < fresh : message.offset >= fresh)
  }
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

    estimate: async () => {
      const open = lanes.filter(isOpen)
      if (open.length === 0 || last() !== null) return
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
      const goOnAt = new Map<TopicName, Map<number, bigint>>()
      const late = new Map<TopicName, Map<number, bigint>>()
      const fresh = new Map<TopicName, Map<number, bigint>>()
      const freshLate = new Map<TopicName, Map<number, bigint>>()
      const isFinal = !lanes.some((lane) => lane.failed || isOpen(lane))
      // When all is final, what is left comes after the last one given, wherever it stands.
      const row = isFinal || left.size > 0 ? last() : null
      const given = row?.message ?? goOnWith?.given ?? null
      for (const lane of lanes) {
        const mine = left.get(lane)
        const place = mine === undefined ? lane.at : lane.goesUp ? mine : mine + 1n
        if (mine === undefined && isRead(lane)) continue
        addPlace(lane.isLate ? late : goOnAt, lane, place)
        // A list of places without an entry is one with nothing left.
        if (lane.isLate && !goOnAt.get(lane.topic)?.has(lane.partition)) addPlace(goOnAt, lane, 0n)
        const before = (lane.isLate ? goOnWith?.freshLate : goOnWith?.fresh)
          ?.get(lane.topic)
          ?.get(lane.partition)
        const places = lane.isLate ? freshLate : fresh
        if (given === null || isFinal) continue
        if (row !== null) addPlace(places, lane, lane.at)
        else if (before !== undefined) {
          const isFurther = lane.goesUp ? lane.at > before : lane.at < before
          addPlace(places, lane, isFurther ? lane.at : before)
        }
      }
      const sketch = given === null ? null : placeOfMessage(given)
      return { goOnAt, goOnWith: { late, given: sketch, fresh, freshLate } }
    },
  }
}

const placeOfMessage = ({ timestampMs, topic, partition, offset }: ScanPlace): ScanPlace => ({
  timestampMs,
  topic,
  partition,
  offset,
})
