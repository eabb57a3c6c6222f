/** How many bytes a value's own head takes, and how many values and raw bytes follow it (MessagePack specification, "Formats"). */
const readHead = (
  bytes: DataView,
  at: number,
): { readonly head: number; readonly values: number; readonly raw: number } | null => {
  const left = bytes.byteLength - at
  const first = bytes.getUint8(at)
  const sized = (width: 1 | 2 | 4): number | null => {
    if (left < 1 + width) return null
    return width === 1
      ? bytes.getUint8(at + 1)
      : width === 2
        ? bytes.getUint16(at + 1)
        : bytes.getUint32(at + 1)
  }
  const of = (width: 1 | 2 | 4, make: (count: number) => { values: number; raw: number }) => {
    const count = sized(width)
    return count === null ? null : { head: 1 + width, ...make(count) }
  }
  const rawOf = (extra: number) => (count: number) => ({ values: 0, raw: count + extra })
  if (first <= 0x7f || first >= 0xe0 || first === 0xc0 || first === 0xc2 || first === 0xc3)
    return { head: 1, values: 0, raw: 0 }
  if (first <= 0x8f) return { head: 1, values: 2 * (first & 0x0f), raw: 0 }
  if (first <= 0x9f) return { head: 1, values: first & 0x0f, raw: 0 }
  if (first <= 0xbf) return { head: 1, values: 0, raw: first & 0x1f }
  switch (first) {
    case 0xc4:
    case 0xd9:
      return of(1, rawOf(0))
    case 0xc5:
    case 0xda:
      return of(2, rawOf(0))
    case 0xc6:
    case 0xdb:
      return of(4, rawOf(0))
    case 0xc7:
      return of(1, rawOf(1))
    case 0xc8:
      return of(2, rawOf(1))
    case 0xc9:
      return of(4, rawOf(1))
    case 0xcc:
    case 0xd0:
      return { head: 1, values: 0, raw: 1 }
    case 0xcd:
    case 0xd1:
      return { head: 1, values: 0, raw: 2 }
    case 0xca:
    case 0xce:
    case 0xd2:
      return { head: 1, values: 0, raw: 4 }
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return { head: 1, values: 0, raw: 8 }
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return { head: 1, values: 0, raw: 1 + 2 ** (first - 0xd4) }
    case 0xdc:
      return of(2, (count) => ({ values: count, raw: 0 }))
    case 0xdd:
      return of(4, (count) => ({ values: count, raw: 0 }))
    case 0xde:
      return of(2, (count) => ({ values: 2 * count, raw: 0 }))
    case 0xdf:
      return of(4, (count) => ({ values: 2 * count, raw: 0 }))
    default:
      return null
  }
}

/**
 * Whether bytes are one map or array of MessagePack, whole. Counts are held against the bytes that are left before
 * anything is allocated for them: a few bytes can name millions of items, and decoders reserve room for what is named.
 */
export const isWholeMessagePack = (bytes: Uint8Array): boolean => {
  const first = bytes[0] ?? 0
  if (!((first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf))) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let open = 1; open > 0; open--) {
    if (at >= bytes.length) return false
    const found = readHead(view, at)
    if (found === null) return false
    at += found.head + found.raw
    open += found.values
    if (open - 1 > bytes.length - at) return false
  }
  return at === bytes.length
}
