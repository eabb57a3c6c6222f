import { deepestJson } from './json-text.ts'

/** The argument of an item's head (RFC 8949, section 3): its value and how many bytes it takes; null when it is cut short or reserved. */
const readArgument = (
  view: DataView,
  at: number,
  info: number,
): { readonly value: number; readonly bytes: number } | null => {
  const left = view.byteLength - at
  if (info < 24) return { value: info, bytes: 0 }
  const bytes = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0
  if (bytes === 0 || left < bytes) return null
  if (bytes === 1) return { value: view.getUint8(at), bytes }
  if (bytes === 2) return { value: view.getUint16(at), bytes }
  if (bytes === 4) return { value: view.getUint32(at), bytes }
  return { value: Number(view.getBigUint64(at)), bytes }
}

export type CborShape = {
  /** The first byte that is not a tag's says what the whole is: 4 a list, 5 a map. */
  readonly major: number
  readonly tags: ReadonlySet<number>
}

/**
 * Whether bytes are one item of CBOR, whole, and of what shape. Counts are held against the bytes that are left before
 * anything is read for them, and nesting is bounded: a few bytes can name millions of items. Answers why not otherwise.
 */
export const findCborShape = (bytes: Uint8Array): CborShape | { readonly why: string } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tags = new Set<number>()
  /** Items still to come on each level; null where a break ends it. */
  const open: (number | null)[] = [1]
  let at = 0
  let major = -1
  while (open.length > 0) {
    const level = open.length - 1
    const left = open[level] ?? null
    if (left === 0) {
      open.pop()
      continue
    }
    if (at >= bytes.length) return { why: 'the bytes end within an item' }
    const first = view.getUint8(at)
    at += 1
    if (first === 0xff) {
      if (left !== null) return { why: 'a break stands where none may' }
      open.pop()
      continue
    }
    const kind = first >> 5
    const info = first & 31
    if (kind !== 6 && left !== null) open[level] = left - 1
    if (kind !== 6 && major === -1) major = kind
    if (kind === 7) {
      const width = info < 24 ? 0 : info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : -1
      if (width < 0) return { why: `the byte 0x${first.toString(16)} begins no item` }
      at += width
    } else if (info === 31) {
      if (kind < 2 || kind === 6) return { why: `the byte 0x${first.toString(16)} begins no item` }
      open.push(null)
    } else {
      const argument = readArgument(view, at, info)
      if (argument === null) return { why: 'the head of an item is cut short or reserved' }
      at += argument.bytes
      if (kind === 6) tags.add(argument.value)
      else if (kind === 2 || kind === 3) at += argument.value
      else if (kind >= 4) {
        const items = argument.value * (kind === 5 ? 2 : 1)
        if (items > bytes.length - at) return { why: 'it names more items than there are bytes left' }
        open.push(items)
      }
    }
    if (at > bytes.length) return { why: 'the bytes end within an item' }
    if (open.length > deepestJson) return { why: `it is nested deeper than ${deepestJson} levels` }
  }
  return at === bytes.length ? { major, tags } : { why: `${bytes.length - at} bytes are left over` }
}
