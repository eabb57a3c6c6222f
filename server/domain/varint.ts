/** Bytes that do not follow the record format. */
export class MalformedRecordError extends RangeError {
  override readonly name = 'MalformedRecordError'
}

/** A cursor over record bytes: zigzag varints and length-prefixed bytes of the record format (KIP-98). */
export class RecordCursor {
  readonly #bytes: Buffer
  position: number

  constructor(bytes: Buffer, position = 0) {
    this.#bytes = bytes
    this.position = position
  }

  #byte(): number {
    const byte = this.#bytes[this.position]
    if (byte === undefined) throw new MalformedRecordError('the record ends too early')
    this.position += 1
    return byte
  }

  int8(): number {
    return (this.#byte() << 24) >> 24
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return (value >>> 1) ^ -(value & 1)
    }
    throw new MalformedRecordError('a varint is longer than five bytes')
  }

  varlong(): bigint {
    // Deltas are small nearly always: bigint arithmetic, byte by byte, is for the others.
    const start = this.position
    let small = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      small |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return BigInt((small >>> 1) ^ -(small & 1))
    }
    this.position = start
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
    }
    throw new MalformedRecordError('a varlong is longer than ten bytes')
  }

  /** Passes over a number without reading it. */
  skipNumber(): void {
    while ((this.#byte() & 0x80) !== 0);
  }

  /** Passes over bytes with their length before them. */
  skipBytes(): void {
    const length = this.varint()
    if (length > 0) this.position += length
  }

  /** Passes over these very bytes where they come next; answers whether they do. */
  skipIf(bytes: Uint8Array): boolean {
    const own = this.#bytes
    const at = this.position
    for (let place = 0; place < bytes.length; place++) if (own[at + place] !== bytes[place]) return false
    this.position = at + bytes.length
    return true
  }

  /** Bytes with their length before them; null for a length of -1. A view, not a copy. */
  bytes(): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    const end = this.position + length
    if (end > this.#bytes.length) throw new MalformedRecordError('the record ends too early')
    const view = this.#bytes.subarray(this.position, end)
    this.position = end
    return view
  }
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0

/** How many bytes the zigzag varint of a 32-bit integer takes. */
export const varintLength = (value: number): number => {
  const rest = zigzag(value)
  if (rest < 0x80) return 1
  if (rest < 0x4000) return 2
  if (rest < 0x200000) return 3
  return rest < 0x10000000 ? 4 : 5
}

/** Writes the zigzag varint of a 32-bit integer; answers where it ends. */
export const writeVarint = (into: Buffer, at: number, value: number): number => {
  let rest = zigzag(value)
  let end = at
  while (rest >= 0x80) {
    into[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[end++] = rest
  return end
}

const zigzag64 = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
const isSmall = (value: bigint): boolean => value >= -0x80000000n && value < 0x80000000n

/** How many bytes the zigzag varint of a 64-bit integer takes. */
export const varlongLength = (value: bigint): number => {
  if (isSmall(value)) return varintLength(Number(value))
  let length = 1
  for (let rest = zigzag64(value); rest >= 0x80n; rest >>= 7n) length++
  return length
}

/** Writes the zigzag varint of a 64-bit integer; answers where it ends. */
export const writeVarlong = (into: Buffer, at: number, value: bigint): number => {
  if (isSmall(value)) return writeVarint(into, at, Number(value))
  let end = at
  let rest = zigzag64(value)
  for (; rest >= 0x80n; rest >>= 7n) into[end++] = Number(rest & 0x7fn) | 0x80
  into[end++] = Number(rest)
  return end
}
