import type { TopicName } from '#server/contracts/scalars.ts'
import { detachMessage } from '#server/domain/detach-message.ts'
import { sealMessage } from '#server/domain/record-body.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { RawMessage, SealedMessage } from '#server/ports/raw-message.ts'
import type { ScanOutcome } from '#server/ports/scan.ts'
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
}: Pick<RawMessage, 'key' | 'value' | 'headers'>): number => {
  let sum = (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) sum += Buffer.byteLength(header.name) + (header.value?.length ?? 0)
  return sum
}

/** Reads from elsewhere what the broker does not have any more. */
export type KeptReader = (places: readonly Coordinates[]) => Promise<readonly RawMessage[]>

/** As what records are read: opened, or as they stand. */
type Form<M> = {
  readonly read: (
    reader: MessageReader,
    ...args: Parameters<MessageReader['readForward']>
  ) => Answer<ScanOutcome<M>>
  readonly of: (message: RawMessage) => M
  readonly bytesOf: (message: M) => number
  /** On its own: not a view that holds on to all that was read with it. */
  readonly detach: (message: M) => M
}

const opened: Form<RawMessage> = {
  read: (reader, ...args) => reader.readForward(...args),
  of: (message) => message,
  bytesOf: bytesOfMessage,
  detach: detachMessage,
}
const asTheyStand: Form<SealedMessage> = {
  read: (reader, ...args) => reader.readSealed(...args),
  of: sealMessage,
  bytesOf: ({ body }) => body.length,
  detach: (message) => ({ ...message, body: Buffer.from(new Uint8Array(message.body).buffer) }),
}

/** A record that was asked for: whose it is, and its size. */
type Visit<T, M> = (message: M, place: T, told: { readonly bytes: number; readonly isDense: boolean }) => void

/** Places by partition, each list in the order of its offsets. */
const lanesOf = <T extends Coordinates>(wanted: readonly T[]): readonly (readonly T[])[] => {
  const lanes = new Map<string, T[]>()
  let last: T[] = []
  for (const one of wanted) {
    const [before] = last
    if (before?.partition !== one.partition || before.topic !== one.topic) {
      const name = `${one.topic} ${one.partition}`
      last = lanes.get(name) ?? []
      lanes.set(name, last)
    }
    last.push(one)
  }
  return [...lanes.values()].map((lane) => lane.sort((a, b) => (a.offset < b.offset ? -1 : 1)))
}

/**
 * Shows records at given coordinates to `visit`, in bounded pieces, neighbours together; partition by partition, in the
 * order of their offsets. Records that are gone are asked of `readKept`, if it is given; those it does not have either, and
 * those `isWanted` says no to by then, are not shown. A record's bytes are to be copied by who keeps them, unless it is
 * told that the record stands among others that are wanted too (`isDense`): then they hold little else.
 */
export const visitLetters = <T extends Coordinates>(
  connection: Connection,
  wanted: readonly T[],
  visit: Visit<T, RawMessage>,
  call: Call,
  isWanted: (place: T) => boolean = () => true,
  readKept?: KeptReader,
): Promise<Result<null, BrokerError>> => visitAs(opened, connection, wanted, visit, call, isWanted, readKept)

const visitAs = async <T extends Coordinates, M extends Coordinates>(
  form: Form<M>,
  connection: Connection,
  wanted: readonly T[],
  visit: Visit<T, M>,
  call: Call,
  isWanted: (place: T) => boolean,
  readKept: KeptReader | undefined,
): Promise<Result<null, BrokerError>> => {
  const gone: T[] = []
  const { messages } = connection.broker
  if (!messages)
    return fail({ kind: 'unsupported', detail: 'This broker can not be read by position.', source: 'broker' })
  for (const lane of lanesOf(wanted)) {
    const unseen = new Set(lane)
    for (let at = 0; at < lane.length; ) {
      const first = lane[at]
      if (!first) break
      if (!isWanted(first)) {
        at++
        continue
      }
      let end = at
      while (end + 1 < lane.length && (lane[end + 1]?.offset ?? 0n) - (lane[end]?.offset ?? 0n) < gap) end++
      const { topic, partition, offset: from } = first
      const last = lane[end] ?? first
      const limit = Number(last.offset - from) + 1
      const read = await form.read(
        messages,
        { topic: topic as TopicName, partition, from, until: last.offset + 1n, limit, budget },
        call,
      )
      if (!read.ok) return read
      const [problem] = read.value.errors
      if (problem) return fail(problem.error)
      const found: { readonly message: M; readonly place: T; readonly bytes: number }[] = []
      let [readBytes, wantedBytes, present] = [0, 0, at]
      for (const message of read.value.messages) {
        const bytes = form.bytesOf(message)
        readBytes += bytes
        // Both stand in the order of their offsets.
        while (present <= end && (lane[present]?.offset ?? message.offset) < message.offset) present++
        for (; present <= end && lane[present]?.offset === message.offset; present++) {
          const place = lane[present]
          if (!place || !unseen.delete(place) || !isWanted(place)) continue
          wantedBytes += bytes
          found.push({ message, place, bytes })
        }
      }
      const isDense = wantedBytes >= denseShare * readBytes
      for (const { message, place, bytes } of found)
        if (isWanted(place)) visit(message, place, { bytes, isDense })
      const next = read.value.resumeAt.get(partition) ?? last.offset + 1n
      // Cut short is not the same as gone: whoever takes it so would call letters deleted that are there.
      if (call.signal.aborted || (next <= from && read.value.stop !== 'end'))
        return fail({ kind: 'timeout', detail: `reading ${topic} was cut short`, source: 'broker' })
      if (next <= from) at = end + 1
      else while (at <= end && (lane[at]?.offset ?? next) < next) at++
    }
    if (readKept) for (const place of unseen) gone.push(place)
  }
  for (let at = 0; readKept && at < gone.length; at += keptAtOnce) {
    const places = gone.slice(at, at + keptAtOnce).filter(isWanted)
    const named = new Map(places.map((place) => [coordinateKey(place), place]))
    for (const message of await readKept(places)) {
      const place = named.get(coordinateKey(message))
      if (!place) continue
      const kept = form.of(message)
      visit(kept, place, { bytes: form.bytesOf(kept), isDense: false })
    }
  }
  return succeed(null)
}

/** The first letters of a list, as many of them as were read. Those of them without a record are gone. */
export type LettersRead<T, M = RawMessage> = {
  readonly count: number
  readonly records: ReadonlyMap<T, M>
}

/**
 * Reads records at given coordinates, in their order as many as fit into so many bytes, at least the first. The records
 * stand on their own, or among others that were asked for too.
 */
export const readLetters = <T extends Coordinates>(
  connection: Connection,
  wanted: readonly T[],
  maxBytes: number,
  call: Call,
  readKept?: KeptReader,
): Promise<Result<LettersRead<T>, BrokerError>> =>
  readAs(opened, connection, wanted, maxBytes, call, readKept)

/** `readLetters` without opening them. */
export const readSealedLetters = <T extends Coordinates>(
  connection: Connection,
  wanted: readonly T[],
  maxBytes: number,
  call: Call,
  readKept?: KeptReader,
): Promise<Result<LettersRead<T, SealedMessage>, BrokerError>> =>
  readAs(asTheyStand, connection, wanted, maxBytes, call, readKept)

const readAs = async <T extends Coordinates, M extends Coordinates>(
  form: Form<M>,
  connection: Connection,
  wanted: readonly T[],
  maxBytes: number,
  call: Call,
  readKept: KeptReader | undefined,
): Promise<Result<LettersRead<T, M>, BrokerError>> => {
  const orderOf = new Map(wanted.map((one, order) => [one, order]))
  const held: ({ readonly message: M; readonly bytes: number } | undefined)[] = wanted.map(() => undefined)
  let [heldCount, heldBytes] = [0, 0]
  let count = wanted.length
  /** Lets go of the last one in the order, and of all that would come after it. */
  const dropLast = () => {
    // What is dropped was read beside what is kept: that would hold on to all of it.
    if (count === wanted.length)
      for (const [order, one] of held.entries())
        if (one) held[order] = { ...one, message: form.detach(one.message) }
    const last = held.findLastIndex((one) => one !== undefined)
    heldBytes -= held[last]?.bytes ?? 0
    heldCount -= 1
    held.length = last
    count = last
  }
  const visit: Visit<T, M> = (message, place, { bytes, isDense }) => {
    const order = orderOf.get(place) ?? count
    if (order >= count) return
    const isShared = isDense && count === wanted.length
    held[order] = { message: isShared ? message : form.detach(message), bytes }
    heldBytes += bytes
    heldCount += 1
    while (heldBytes > maxBytes && heldCount > 1) dropLast()
  }
  const isWanted = (place: T) => (orderOf.get(place) ?? count) < count
  const visited = await visitAs(form, connection, wanted, visit, call, isWanted, readKept)
  if (!visited.ok) return visited
  const records = new Map<T, M>()
  for (const [order, one] of held.entries()) {
    const place = wanted[order]
    if (one && place) records.set(place, one.message)
  }
  return succeed({ count, records })
}
