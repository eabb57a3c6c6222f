import type { TopicName } from '#server/contracts/scalars.ts'
import { detachMessage } from '#server/domain/detach-message.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { Connection } from './deps.ts'

export type Coordinates = { readonly topic: string; readonly partition: number; readonly offset: bigint }

/** Of one reading: what it brings is held until its letters were visited, and no longer. */
const budget: Budget = { ...searchBudget, bytes: 4 * 1024 * 1024, milliseconds: 30_000 }
/** Of letters that are kept elsewhere, so many are held at a time. */
const keptAtOnce = 100
/** Offsets closer than this are read in one go. */
const gap = 500n
/** Where so large a part of what was read is wanted, holding on to all of it is cheaper than copying that part. */
const denseShare = 1 / 2

/** One text for one place, to look letters up by. */
export const coordinateKey = ({ topic, partition, offset }: Coordinates): string =>
  `${topic} ${partition}@${offset}`

/** Length of a message's key, value and headers, in bytes. */
export const bytesOfMessage = ({
  key,
  value,
  headers,
}: Pick<RawMessage, 'key' | 'value' | 'headers'>): number =>
  headers.reduce(
    (sum, header) => sum + Buffer.byteLength(header.name) + (header.value?.length ?? 0),
    (key?.length ?? 0) + (value?.length ?? 0),
  )

/** Reads from elsewhere what the broker does not have any more. */
export type KeptReader = (places: readonly Coordinates[]) => Promise<readonly RawMessage[]>

/**
 * Shows records at given coordinates to `visit`, in bounded pieces, neighbours together; partition by partition, in the
 * order of their offsets. Records that are gone are asked of `readKept`, if it is given; those it does not have either, and
 * those `isWanted` says no to by then, are not shown. A record's bytes are to be copied by who keeps them, unless it is
 * told that the record stands among others that are wanted too (`isDense`): then they hold little else.
 */
export const visitLetters = async (
  connection: Connection,
  wanted: readonly Coordinates[],
  visit: (message: RawMessage, key: string, isDense: boolean) => void,
  call: Call,
  isWanted: (key: string) => boolean = () => true,
  readKept?: KeptReader,
): Promise<Result<null, BrokerError>> => {
  const gone: Coordinates[] = []
  const { messages } = connection.broker
  if (!messages)
    return fail({ kind: 'unsupported', detail: 'This broker can not be read by position.', source: 'broker' })
  const lanes = Map.groupBy(wanted, ({ topic, partition }) => `${topic} ${partition}`)
  for (const lane of lanes.values()) {
    const sorted = [...lane].sort((a, b) => (a.offset < b.offset ? -1 : 1))
    const keys = new Set(sorted.map(coordinateKey))
    for (let at = 0; at < sorted.length; ) {
      const first = sorted[at]
      if (!first) break
      if (!isWanted(coordinateKey(first))) {
        at++
        continue
      }
      let end = at
      while (end + 1 < sorted.length && (sorted[end + 1]?.offset ?? 0n) - (sorted[end]?.offset ?? 0n) < gap)
        end++
      const { topic, partition, offset: from } = first
      const last = sorted[end] ?? first
      const limit = Number(last.offset - from) + 1
      const read = await messages.readForward(
        { topic: topic as TopicName, partition, from, limit, budget },
        call,
      )
      if (!read.ok) return read
      const [problem] = read.value.errors
      if (problem) return fail(problem.error)
      const found: { readonly message: RawMessage; readonly key: string }[] = []
      let [readBytes, wantedBytes] = [0, 0]
      for (const message of read.value.messages) {
        const key = coordinateKey(message)
        const bytes = bytesOfMessage(message)
        readBytes += bytes
        if (!keys.delete(key) || !isWanted(key)) continue
        wantedBytes += bytes
        found.push({ message, key })
      }
      const isDense = wantedBytes >= denseShare * readBytes
      for (const { message, key } of found) if (isWanted(key)) visit(message, key, isDense)
      const next = read.value.resumeAt.get(partition) ?? last.offset + 1n
      // Cut short is not the same as gone: whoever takes it so would call letters deleted that are there.
      if (call.signal.aborted || (next <= from && read.value.stop !== 'end'))
        return fail({ kind: 'timeout', detail: `reading ${topic} was cut short`, source: 'broker' })
      if (next <= from) at = end + 1
      else while (at <= end && (sorted[at]?.offset ?? next) < next) at++
    }
    if (readKept && keys.size > 0) gone.push(...sorted.filter((one) => keys.has(coordinateKey(one))))
  }
  for (let at = 0; readKept && at < gone.length; at += keptAtOnce) {
    const places = gone.slice(at, at + keptAtOnce).filter((one) => isWanted(coordinateKey(one)))
    for (const message of await readKept(places)) visit(message, coordinateKey(message), false)
  }
  return succeed(null)
}

/** The first letters of a list, as many of them as were read. Those of them without a record are gone. */
export type LettersRead = {
  readonly count: number
  readonly records: ReadonlyMap<string, RawMessage>
}

/**
 * Reads records at given coordinates, in their order as many as fit into so many bytes, at least the first. The records
 * stand on their own, or among others that were asked for too.
 */
export const readLetters = async (
  connection: Connection,
  wanted: readonly Coordinates[],
  maxBytes: number,
  call: Call,
  readKept?: KeptReader,
): Promise<Result<LettersRead, BrokerError>> => {
  const orderOf = new Map(wanted.map((one, order) => [coordinateKey(one), order]))
  const held = new Map<number, { readonly key: string; readonly message: RawMessage }>()
  let bytes = 0
  let count = wanted.length
  /** Lets go of the last one in the order, and of all that would come after it. */
  const dropLast = () => {
    // What is dropped was read beside what is kept: that would hold on to all of it.
    if (count === wanted.length)
      for (const [order, { key, message }] of held) held.set(order, { key, message: detachMessage(message) })
    const last = Math.max(...held.keys())
    const dropped = held.get(last)
    if (dropped) bytes -= bytesOfMessage(dropped.message)
    held.delete(last)
    count = last
  }
  const visit = (message: RawMessage, key: string, isDense: boolean) => {
    const order = orderOf.get(key)
    if (order === undefined || held.has(order)) return
    const isShared = isDense && count === wanted.length
    held.set(order, { key, message: isShared ? message : detachMessage(message) })
    bytes += bytesOfMessage(message)
    while (bytes > maxBytes && held.size > 1) dropLast()
  }
  const isWanted = (key: string) => (orderOf.get(key) ?? count) < count
  const visited = await visitLetters(connection, wanted, visit, call, isWanted, readKept)
  if (!visited.ok) return visited
  return succeed({
    count,
    records: new Map([...held.values()].map(({ key, message }) => [key, message])),
  })
}
