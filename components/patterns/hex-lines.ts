/** Up to sixteen bytes as one line: offset, hexadecimal pairs and printable characters. */
export const hexLine = (bytes: Uint8Array, offset: number): string => {
  const row = [...bytes]
  const pairs = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')
  return `${offset.toString(16).padStart(8, '0')}  ${pairs.padEnd(47)}  ${text}`
}
