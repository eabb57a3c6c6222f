/**
 * How many different keys were seen, in at most 4 kB: their hashes themselves while they are few, and a HyperLogLog
 * (Flajolet et al. 2007, with linear counting below) of 4,096 registers beyond. Adding a key twice changes nothing.
 */
export type KeySketch = Uint8Array

const listed = 0
const estimated = 1
const hashBytes = 8
/** So many keys are told apart exactly. */
export const exactKeys = 256
const registerBits = 12
const registers = 1 << registerBits

export const emptySketch: KeySketch = Uint8Array.of(listed)

/** Two words of 32 bits that depend on every character (cyrb53, public domain). */
const hashOf = (text: string): readonly [high: number, low: number] => {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  const mix = (one: number, other: number): number =>
    Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  const first = mix(high, low)
  const second = mix(low, first)
  return [first >>> 0, second >>> 0]
}

/** Notes a hash in registers that follow the kind's byte. Answers whether that changed one. */
const note = (sketch: Uint8Array, high: number, low: number): boolean => {
  const at = 1 + (low & (registers - 1))
  // The rest of the low word goes on where the high one is all zeros.
  const rank = 1 + (high === 0 ? 32 + Math.clz32(low >>> registerBits) - registerBits : Math.clz32(high))
  if ((sketch[at] ?? 0) >= rank) return false
  sketch[at] = rank
  return true
}

const withRegisters = (known: ReadonlyMap<bigint, readonly [number, number]>): Uint8Array => {
  const sketch = new Uint8Array(1 + registers)
  sketch[0] = estimated
  for (const [high, low] of known.values()) note(sketch, high, low)
  return sketch
}

const nameOf = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low)

const readList = (sketch: KeySketch): Map<bigint, readonly [number, number]> => {
  const view = new DataView(sketch.buffer, sketch.byteOffset, sketch.byteLength)
  const known = new Map<bigint, readonly [number, number]>()
  for (let at = 1; at + hashBytes <= sketch.length; at += hashBytes) {
    const pair = [view.getUint32(at), view.getUint32(at + 4)] as const
    known.set(nameOf(...pair), pair)
  }
  return known
}

const writeList = (known: ReadonlyMap<bigint, readonly [number, number]>): Uint8Array => {
  const sketch = new Uint8Array(1 + known.size * hashBytes)
  const view = new DataView(sketch.buffer)
  let at = 1
  for (const [high, low] of known.values()) {
    view.setUint32(at, high)
    view.setUint32(at + 4, low)
    at += hashBytes
  }
  return sketch
}

/** A sketch with keys more; the very same one where it knew them all. The one given is not changed. */
export const addKeys = (sketch: KeySketch, keys: Iterable<string>): KeySketch => {
  if (sketch[0] === estimated) {
    const next = Uint8Array.from(sketch)
    let isChanged = false
    for (const key of keys) isChanged = note(next, ...hashOf(key)) || isChanged
    return isChanged ? next : sketch
  }
  const known = readList(sketch)
  const before = known.size
  let full: Uint8Array | null = null
  for (const key of keys) {
    const [high, low] = hashOf(key)
    if (full) {
      note(full, high, low)
      continue
    }
    known.set(nameOf(high, low), [high, low])
    if (known.size > exactKeys) full = withRegisters(known)
  }
  return full ?? (known.size === before ? sketch : writeList(known))
}

/** How many keys a sketch has seen; beyond `exactKeys` within some 2 % in most cases. */
export const countKeys = (sketch: KeySketch): { readonly count: number; readonly isExact: boolean } => {
  if (sketch[0] !== estimated) return { count: Math.floor((sketch.length - 1) / hashBytes), isExact: true }
  let sum = 0
  let empty = 0
  for (let at = 1; at <= registers; at++) {
    const rank = sketch[at] ?? 0
    sum += 2 ** -rank
    if (rank === 0) empty += 1
  }
  const raw = (0.7213 / (1 + 1.079 / registers)) * registers * (registers / sum)
  const isFew = raw <= 2.5 * registers && empty > 0
  return { count: Math.round(isFew ? registers * Math.log(registers / empty) : raw), isExact: false }
}
