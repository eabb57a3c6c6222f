/** By topic and partition: the next offset to read. */
export type TailPlaces = ReadonlyMap<string, ReadonlyMap<number, bigint>>

/** FNV-1a over UTF-8, 32 bits: names would make a cursor too long for an address. */
const shortNameOf = (topic: string): number => {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(topic)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

const pushVarint = (bytes: number[], value: bigint): void => {
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
}

/**
 * Where a tail stands as short text for an address, about 6 characters a partition: of each topic a short form of its
 * name, its number of partitions, and of each partition the offset and one, or 0 where it is not known.
 */
export const formatTailCursor = (places: TailPlaces): string => {
  const bytes: number[] = []
  for (const [topic, offsets] of places) {
    const count = offsets.size === 0 ? 0 : Math.max(...offsets.keys()) + 1
    pushVarint(bytes, BigInt(shortNameOf(topic)))
    pushVarint(bytes, BigInt(count))
    for (let partition = 0; partition < count; partition++)
      pushVarint(bytes, (offsets.get(partition) ?? -1n) + 1n)
  }
  return Buffer.from(bytes).toString('base64url')
}

/** Reads a cursor for the topics that are followed; others are left out. Null for a text that is none. */
export const parseTailCursor = (text: string, topics: readonly string[]): TailPlaces | null => {
  if (!/^[\w-]*$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64url')
  const byShortName = new Map(topics.map((topic) => [shortNameOf(topic), topic]))
  const places = new Map<string, Map<number, bigint>>()
  let at = 0
  const varint = (): bigint | null => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at]
      if (byte === undefined) return null
      at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return null
  }
  while (at < bytes.length) {
    const [name, count] = [varint(), varint()]
    if (name === null || count === null || count > BigInt(bytes.length)) return null
    const offsets = new Map<number, bigint>()
    for (let partition = 0; partition < Number(count); partition++) {
      const next = varint()
      if (next === null) return null
      if (next > 0n) offsets.set(partition, next - 1n)
    }
    const topic = byShortName.get(Number(name))
    if (topic !== undefined) places.set(topic, offsets)
  }
  return places
}
