const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

const int64 = (text: string): Uint8Array | null => {
  if (!/^-?\d{1,19}$/.test(text)) return null
  const value = BigInt(text)
  if (BigInt.asIntN(64, value) !== value) return null
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value)
  return bytes
}
const int32 = (text: string): Uint8Array | null => {
  const value = Number(text)
  if (!/^-?\d{1,10}$/.test(text) || (value | 0) !== value) return null
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value)
  return bytes
}
const uuid = (text: string): Uint8Array | null =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? Uint8Array.from(text.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : null

/** Length of an Avro string as zigzag variable-length integer (Avro specification, "Binary Encoding"). */
const avroLength = (length: number): number[] => {
  const bytes: number[] = []
  let rest = length * 2
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

const contains = (bytes: Uint8Array, part: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(part) >= 0

/** What a key that reads as a text may look like in bytes. */
export type KeyMatcher = {
  readonly matches: (key: Uint8Array | null) => boolean
  /** Every key that matches holds one of these byte strings. */
  readonly literals: readonly Uint8Array[]
}

/**
 * Makes a test whether the bytes of a key read as this text, without a registry: as UTF-8, as JSON string, as 4 or 8
 * byte integer, as UUID in 16 bytes, and as an Avro string or JSON text behind the five bytes of a schema id.
 */
export const makeKeyMatcher = (text: string): KeyMatcher => {
  const utf8 = new TextEncoder().encode(text)
  const json = new TextEncoder().encode(JSON.stringify(text))
  const plain = [utf8, json, int32(text), int64(text), uuid(text)].filter((bytes) => bytes !== null)
  const framed = [utf8, json, Uint8Array.from([...avroLength(utf8.length), ...utf8])]
  const all = [...plain, ...framed]
  return {
    matches: (key) => {
      if (key === null) return false
      if (plain.some((bytes) => equal(key, bytes))) return true
      return key[0] === 0 && key.length > 5 && framed.some((bytes) => equal(key.subarray(5), bytes))
    },
    // One that holds another is found where the other is; of equals the first stays.
    literals: all.filter(
      (bytes, index) =>
        !all.some(
          (other, place) =>
            place !== index && contains(bytes, other) && (other.length < bytes.length || place < index),
        ),
    ),
  }
}
