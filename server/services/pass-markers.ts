import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { type Committed, lagOf, type OffsetRange } from '#server/domain/lag-sums.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

/** More than a transaction leaves behind its last message. */
const mostMarkers = 3n
/** Looked at in one round. */
const mostLooks = 20
const budget = { messages: 10, bytes: 1024 * 1024, milliseconds: 2_000 }

/** What stood at the end of a partition behind a commit, by both offsets; null: not looked at yet. */
type Tail = { readonly place: string; readonly isEmpty: boolean | null }
const tails = new Map<string, ReadonlyMap<string, Tail>>()

/**
 * Moves commits to the end of their partition where nothing but the marker of a transaction, or an aborted one, lies
 * behind them: a client that commits after its last message stays before it for good, and has nothing left to read. Only
 * what has not moved since the last round is looked at, once.
 */
export const passMarkers = async <T extends Committed>(
  connection: Connection,
  committed: ReadonlyMap<GroupId, readonly T[]>,
  ranges: ReadonlyMap<string, ReadonlyMap<number, OffsetRange>>,
  call: Call,
): Promise<ReadonlyMap<GroupId, readonly T[]>> => {
  const before = tails.get(connection.id) ?? new Map<string, Tail>()
  const now = new Map<string, Tail>()
  const looks: Promise<void>[] = []
  for (const [group, positions] of committed)
    for (const { topic, partition, offset } of positions) {
      const range = ranges.get(topic)?.get(partition)
      const lag = range ? lagOf(offset, range) : 0n
      if (!range || lag === 0n || lag > mostMarkers) continue
      const name = `${group} ${topic} ${partition}`
      const place = `${offset} ${range.end}`
      const known = before.get(name)
      now.set(name, known?.place === place ? known : { place, isEmpty: null })
      if (known?.place !== place || known.isEmpty !== null || looks.length >= mostLooks) continue
      looks.push(
        isEmptyTail(connection, { topic, partition, offset }, range.end, call).then((isEmpty) => {
          now.set(name, { place, isEmpty })
        }),
      )
    }
  await Promise.all(looks)
  tails.set(connection.id, now)
  return new Map(
    [...committed].map(([group, positions]) => [
      group,
      positions.map((one) => {
        const end = ranges.get(one.topic)?.get(one.partition)?.end
        const isAtEnd = now.get(`${group} ${one.topic} ${one.partition}`)?.isEmpty === true
        return isAtEnd && end !== undefined ? { ...one, offset: end } : one
      }),
    ]),
  )
}

/**
 * The places of one group, as `topic/partition`, where nothing but the marker of a transaction lies behind its commit.
 * Looks at once, at the first 20 that may be such.
 */
export const findPassedMarkers = async (
  connection: Connection,
  positions: readonly Committed[],
  ranges: ReadonlyMap<string, OffsetRange>,
  call: Call,
): Promise<ReadonlySet<string>> => {
  const near = positions.flatMap((position) => {
    const range = ranges.get(`${position.topic}/${position.partition}`)
    const lag = range ? lagOf(position.offset, range) : 0n
    return range && lag > 0n && lag <= mostMarkers ? [{ position, end: range.end }] : []
  })
  const looked = await Promise.all(
    near
      .slice(0, mostLooks)
      .map(async ({ position, end }) =>
        (await isEmptyTail(connection, position, end, call))
          ? [`${position.topic}/${position.partition}`]
          : [],
      ),
  )
  return new Set(looked.flat())
}

/** Whether nothing is to be read from an offset to the end; null where that could not be found out. */
const isEmptyTail = async (
  { broker }: Connection,
  { topic, partition, offset }: Committed,
  end: bigint,
  call: Call,
): Promise<boolean | null> => {
  const request = { topic: topic as TopicName, partition, from: offset, limit: 1, budget }
  const read = await broker.messages?.readForward(request, call)
  if (!read?.ok || read.value.errors.length > 0) return null
  if (read.value.messages.length > 0) return false
  // Behind an open transaction, what comes next is not known yet.
  return (read.value.resumeAt.get(partition) ?? offset) >= end ? true : null
}
