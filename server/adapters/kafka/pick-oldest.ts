import type { TopicName } from '#server/contracts/scalars.ts'
import { inOrderOf, type Placed } from '#server/domain/message-order.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import { addPlace, type Picker } from './pick-messages.ts'
import { isOpen, isRead, type Lane, mayClaim } from './scan-lanes.ts'

const compareOldest = inOrderOf('oldest')

/** What was found in a lane and is not given yet, from `next` on; `place` is that of the next one. */
type Queue = { rows: RawMessage[]; next: number; place: Placed | null }

const takeHead = (queue: Queue): RawMessage | undefined => {
  const head = queue.rows[queue.next]
  queue.next += 1
  queue.place = null
  if (queue.next >= queue.rows.length) {
    queue.rows = []
    queue.next = 0
  }
  return head
}

/**
 * Picks the first `limit` by merging the partitions' logs: each in the order of its offsets, the earliest of their next
 * ones first. That is the order of time wherever timestamps rise within a partition. Where they do not, no index tells
 * that an earlier one stands further on, and such a message comes where it was written; one from the future does not hold
 * its partition up.
 */
export const makeOldestPicker = ({ limit }: Pick<ScanRequest, 'limit'>, lanes: readonly Lane[]): Picker => {
  const queues = new Map(lanes.map((lane) => [lane, { rows: [], next: 0, place: null } as Queue]))
  const queueOf = (lane: Lane): Queue => queues.get(lane) ?? { rows: [], next: 0, place: null }
  const headOf = (lane: Lane): RawMessage | undefined => {
    const { rows, next } = queueOf(lane)
    return rows[next]
  }
  let merged: RawMessage[] = []
  let given = 0
  let matches = 0
  let newestMs: bigint | null = null

  const hasRest = (lane: Lane): boolean => isOpen(lane) || headOf(lane) !== undefined
  /** Late parts come when all else is given. */
  const present = (): readonly Lane[] => {
    const main = lanes.filter((lane) => !lane.isLate && hasRest(lane))
    return main.length > 0 ? main : lanes.filter(hasRest)
  }
  /** Where the next message of a lane stands; one from the future where the lane had come before it. */
  const placeOf = (lane: Lane): Placed | null => {
    const queue = queueOf(lane)
    const head = queue.rows[queue.next]
    if (head === undefined) return null
    if (queue.place === null) {
      const isFuture = head.timestampMs > BigInt(Date.now())
      const timestampMs = isFuture ? (lane.reachedMs ?? head.timestampMs) : head.timestampMs
      queue.place = { topic: head.topic, partition: head.partition, offset: head.offset, timestampMs }
    }
    return queue.place
  }
  /** Whether something unread of a lane may come before a place. */
  const mayPrecede = ({ topic, partition, reachedMs, at }: Lane, place: Placed): boolean =>
    reachedMs === null || compareOldest({ topic, partition, timestampMs: reachedMs, offset: at }, place) < 0

  const merge = (): void => {
    let all = present()
    while (given < limit) {
      let first: { readonly lane: Lane; readonly place: Placed } | null = null
      for (const lane of all) {
        const place = placeOf(lane)
        if (place && (first === null || compareOldest(place, first.place) < 0)) first = { lane, place }
      }
      if (first === null) return
      const { lane, place } = first
      if (all.some((other) => placeOf(other) === null && mayPrecede(other, place))) return
      const message = takeHead(queueOf(lane))
      if (message === undefined) return
      merged.push(message)
      given += 1
      if (newestMs === null || message.timestampMs > newestMs) newestMs = message.timestampMs
      if (headOf(lane) === undefined) all = present()
    }
  }

  return {
    take: (lane, accepted) => {
      matches += accepted.length
      const { rows } = queueOf(lane)
      for (const message of accepted) rows.push(message)
      merge()
      return accepted.length
    },
    lanesToRead: () => {
      merge()
      return present()
        .filter((lane) => mayClaim(lane) && headOf(lane) === undefined)
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
        const reached = headOf(lane)?.timestampMs ?? lane.reachedMs
        if (reached === null) return null
        if (least === null || reached < least) least = reached
      }
      return least
    },
    cursor: () => {
      const goOnAt = new Map<TopicName, Map<number, bigint>>()
      const late = new Map<TopicName, Map<number, bigint>>()
      for (const lane of lanes) {
        const head = headOf(lane)
        if (head === undefined && isRead(lane)) continue
        addPlace(lane.isLate ? late : goOnAt, lane, head?.offset ?? lane.at)
        // A list of places without an entry is one with nothing left.
        if (lane.isLate && !goOnAt.get(lane.topic)?.has(lane.partition)) addPlace(goOnAt, lane, lane.start)
      }
      return { goOnAt, goOnWith: { late, given: [] } }
    },
  }
}
