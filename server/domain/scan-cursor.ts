import type { TopicName } from '#server/contracts/scalars.ts'

/** Where a message stands in the order of a scan. */
export type ScanPlace = {
  readonly topic: TopicName
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
}

/** By topic and partition, an offset. */
export type PlacesByTopic = ReadonlyMap<TopicName, ReadonlyMap<number, bigint>>

/** Of a part of what was read before, everything up to a place in the order has been given. */
export type ScanGiven = {
  readonly upTo: ScanPlace
  /**
   * The part reaches down (late parts: up) to these offsets, from where the part before it ended. A partition that is not
   * named lies in it whole.
   */
  readonly reach: PlacesByTopic
  readonly reachLate: PlacesByTopic
}

/** What a scan that goes on must know beside its places. */
export type ScanRest = {
  /**
   * Parts that were written after `untilMs` was first reached, where late messages may stand: the offset from which to
   * read them on.
   */
  readonly late: PlacesByTopic
  /** Parts that were read before and hold messages that are not given yet, at most three; the first that fits counts. */
  readonly given: readonly ScanGiven[]
}

/** Where a scan goes on; what `MessageReader.scan` answers and takes. */
export type ScanCursor = { readonly goOnAt: PlacesByTopic; readonly goOnWith: ScanRest }

const radix = 36
const mostGiven = 3

/** Offsets by place, `_` for what is not there: a row of partitions costs few characters. */
const formatOffsets = (offsets: ReadonlyMap<number, bigint>): string => {
  const partitions = [...offsets.keys()].sort((a, b) => a - b)
  let next = -1
  return partitions
    .map((partition) => {
      const offset = (offsets.get(partition) ?? 0n).toString(radix)
      const text = partition === next ? offset : `${partition.toString(radix)}:${offset}`
      next = partition + 1
      return text
    })
    .join(',')
}
const formatPlaces = (places: PlacesByTopic): string =>
  [...places].map(([topic, offsets]) => `${topic}=${formatOffsets(offsets)}`).join(';')
const formatPlace = ({ timestampMs, topic, partition, offset }: ScanPlace): string =>
  [timestampMs.toString(radix), partition.toString(radix), offset.toString(radix), topic].join(',')

/** The cursor as text for an address; a few characters a partition. */
export const formatScanCursor = ({ goOnAt, goOnWith: { late, given } }: ScanCursor): string =>
  Buffer.from(
    [
      formatPlaces(goOnAt),
      formatPlaces(late),
      ...given.flatMap(({ upTo, reach, reachLate }) => [
        formatPlace(upTo),
        formatPlaces(reach),
        formatPlaces(reachLate),
      ]),
    ].join('~'),
  ).toString('base64url')

class NotACursor extends Error {}

const parseNumber = (text: string | undefined): bigint => {
  const found = /^(-?)([0-9a-z]{1,13})$/.exec(text ?? '')
  if (!found) throw new NotACursor()
  const value = [...(found[2] ?? '')].reduce(
    (sum, digit) => sum * BigInt(radix) + BigInt(Number.parseInt(digit, radix)),
    0n,
  )
  return found[1] === '-' ? -value : value
}
const parseTopic = (text: string | undefined): TopicName => {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(text ?? '')) throw new NotACursor()
  return text as TopicName
}
const parsePartition = (text: string | undefined): number => {
  const value = Number(parseNumber(text))
  if (value < 0 || value > 0x7fffffff) throw new NotACursor()
  return value
}
const parsePlaces = (text: string): PlacesByTopic => {
  const places = new Map<TopicName, Map<number, bigint>>()
  for (const entry of text === '' ? [] : text.split(';')) {
    const at = entry.indexOf('=')
    const offsets = new Map<number, bigint>()
    let next: number | null = null
    for (const one of entry.slice(at + 1).split(',')) {
      const [first, second] = one.split(':')
      const partition: number | null = second === undefined ? next : parsePartition(first)
      if (partition === null) throw new NotACursor()
      offsets.set(partition, parseNumber(second ?? first))
      next = partition + 1
    }
    places.set(parseTopic(entry.slice(0, at)), offsets)
  }
  return places
}
const parsePlace = (text: string): ScanPlace => {
  const [timestampMs, partition, offset, topic] = text.split(',')
  return {
    timestampMs: parseNumber(timestampMs),
    topic: parseTopic(topic),
    partition: parsePartition(partition),
    offset: parseNumber(offset),
  }
}

/** Reads a cursor that `formatScanCursor` wrote. Null when it is anything else. */
export const parseScanCursor = (text: string): ScanCursor | null => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null
  const [at = '', late, ...parts] = Buffer.from(text, 'base64url').toString('latin1').split('~')
  if (late === undefined || parts.length % 3 !== 0 || parts.length > 3 * mostGiven) return null
  try {
    const given = Array.from({ length: parts.length / 3 }, (_, index) => ({
      upTo: parsePlace(parts[index * 3] ?? ''),
      reach: parsePlaces(parts[index * 3 + 1] ?? ''),
      reachLate: parsePlaces(parts[index * 3 + 2] ?? ''),
    }))
    return { goOnAt: parsePlaces(at), goOnWith: { late: parsePlaces(late), given } }
  } catch (error) {
    if (error instanceof NotACursor) return null
    throw error
  }
}
