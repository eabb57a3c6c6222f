const zigzag = (raw: number): number => (raw >>> 1) ^ -(raw & 1)

/** More than a message can be nested. */
const mostIndexes = 32

/**
 * Protobuf's message indexes (Confluent wire format): zigzag varints, their count, then the path to a message type; a
 * single 0 stands for the first. Answers the path and how many bytes it took, or null when it is not well-formed.
 */
export const readIndexes = (
  bytes: Uint8Array,
): { readonly path: number[]; readonly bytes: number } | null => {
  let at = 0
  const next = (): number | null => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at]
      if (byte === undefined) return null
      at += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value > 0xffffffff ? null : zigzag(value)
    }
    return null
  }
  const count = next()
  if (count === null || count < 0 || count > mostIndexes) return null
  if (count === 0) return { path: [0], bytes: at }
  const path: number[] = []
  for (let index = 0; index < count; index++) {
    const value = next()
    if (value === null || value < 0) return null
    path.push(value)
  }
  return { path, bytes: at }
}
