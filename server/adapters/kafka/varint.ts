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
    if (byte === undefined) throw new RangeError('the record ends too early')
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
    throw new RangeError('a varint is longer than five bytes')
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
    throw new RangeError('a varlong is longer than ten bytes')
  }

  /** Passes over a number without reading it. */
  skipNumber(): void {
    while ((this.#byte() & 0x80) !== 0);
  }

  /** Bytes with their length before them; null for a length of -1. A view, not a copy. */
  bytes(): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    const end = this.position + length
    if (end > this.#bytes.length) throw new RangeError('the record ends too early')
    const view = this.#bytes.subarray(this.position, end)
    this.position = end
    return view
  }
}

/** Zigzag varint of a 64-bit integer. */
export const encodeVarlong = (value: bigint): Buffer => {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  const bytes: number[] = []
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** Zigzag varint of a 32-bit integer. */
export const encodeVarint = (value: number): Buffer => encodeVarlong(BigInt(value))
