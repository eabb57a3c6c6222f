import type { TopicName } from '#server/contracts/scalars.ts'
import { inOrderOf, type Placed } from '#server/domain/message-order.ts'
import type { RawMessage, ScanRequest } from '#server/ports/broker.ts'
import { addPlace, type Picker } from './pick-messages.ts'
import { isOpen, isRead, type Lane, mayClaim } from './scan-lanes.ts'

const compareOldest = inOrderOf('oldest')

/**
 * Picks the first `limit` by merging the partitions' logs: each in the order of its offsets, the earliest of their next
 * ones first. That is the order of time wherever timestamps rise within a partition. Where they do not, no index tells
 * that an earlier one stands further on, and such a message comes where it was written; one from the future does not hold
 * its partition up.
 */
export const makeOldestPicker = ({ limit }: Pick<ScanRequest, 'limit'>, lanes: readonly Lane[]): Picker => {
  const waiting = new Map(lanes.map((lane) => [lane, [] as RawMessage[]]))
  const waitingOf = (lane: Lane): RawMessage[] => waiting.get(lane) ?? []
  let merged: RawMessage[] = []
  let given = 0
  let matches = 0
  let newestMs: bigint | null = null

  const hasRest = (lane: Lane): boolean => isOpen(lane) || waitingOf(lane).length > 0
  /** Late parts come when all else is given. */
  const present = (): readonly Lane[] => {
    const main = lanes.filter((lane) => !lane.isLate && hasRest(lane))
    return main.length > 0 ? main : lanes.filter(hasRest)
  }
  const standIn = (
    { topic, partition, reachedMs }: Lane,
    { offset, timestampMs }: RawMessage,
    nowMs: bigint,
  ) => ({
    topic,
    partition,
    offset,
    timestampMs: timestampMs > nowMs ? (reachedMs ?? timestampMs) : timestampMs,
  })

  const merge = (): void => {
    const nowMs = BigInt(Date.now())
    while (given < limit) {
      const all = present()
      let first: { readonly lane: Lane; readonly place: Placed } | null = null
      for (const lane of all) {
        const [head] = waitingOf(lane)
        if (head === undefined) continue
        const place = standIn(lane, head, nowMs)
        if (first === null || compareOldest(place, first.place) < 0) first = { lane, place }
      }
      if (first === null) return
      const { place } = first
      const isHeldUp = all.some((lane) => {
        if (waitingOf(lane).length > 0) return false
        if (lane.reachedMs === null) return true
        const { topic, partition, reachedMs, at } = lane
        return compareOldest({ topic, partition, timestampMs: reachedMs, offset: at }, place) < 0
      })
      if (isHeldUp) return
      const message = waitingOf(first.lane).shift()
      if (message === undefined) return
      merged.push(message)
      given += 1
      if (newestMs === null || message.timestampMs > newestMs) newestMs = message.timestampMs
    }
  }

  return {
    take: (lane, accepted) => {
      matches += accepted.length
      const mine = waitingOf(lane)
      for (const message of accepted) mine.push(message)
      merge()
      return accepted.length
    },
    lanesToRead: () => {
      merge()
      return present()
        .filter((lane) => mayClaim(lane) && waitingOf(lane).length === 0)
        .sort((a, b) => {
          const [one, other] = [a.reachedMs ?? -1n, b.reachedMs ?? -1n]
          return one < other ? -1 : one > other ? 1 : 0
        })
    },
    isDone: () => given >= limit || !lanes.some(isOpen),
    isGoingOver: () => false,
    isFull: () => given >= limit,
    settle: async () => {},
    estimate: async () => {},
    drain: () => {
      merge()
      const fresh = merged
      merged = []
      return fresh
    },
    matches: () => matches,
    settledMs: () => {
      if (lanes.some(({ failed }) => failed)) return null
      const rest = lanes.filter(hasRest)
      if (rest.length === 0) return newestMs === null ? 0n : newestMs + 1n
      if (!lanes.every(({ isLogAppend }) => isLogAppend)) return null
      let least: bigint | null = null
      for (const lane of rest) {
        const reached = waitingOf(lane)[0]?.timestampMs ?? lane.reachedMs
        if (reached === null) return null
        if (least === null || reached < least) least = reached
      }
      return least
    },
    cursor: () => {
      const goOnAt = new Map<TopicName, Map<number, bigint>>()
      const late = new Map<TopicName, Map<number, bigint>>()
      for (const lane of lanes) {
        const [head] = waitingOf(lane)
        if (head === undefined && isRead(lane)) continue
        addPlace(lane.isLate ? late : goOnAt, lane, head?.offset ?? lane.at)
        // A list of places without an entry is one with nothing left.
        if (lane.isLate && !goOnAt.get(lane.topic)?.has(lane.partition)) addPlace(goOnAt, lane, lane.start)
      }
      return { goOnAt, goOnWith: { late, given: [] } }
    },
  }
}
