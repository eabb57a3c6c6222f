/** Up to sixteen bytes as one line: offset, hexadecimal pairs and printable characters. */
export const hexLine = (bytes: Uint8Array, offset: number): string => {
  const row = [...bytes]
  const pairs = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')
  return `${offset.toString(16).padStart(8, '0')}  ${pairs.padEnd(47)}  ${text}`
}

/** Bytes, given in Base64, as such lines. */
export const hexLines = (base64: string): string => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const lines = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) =>
    hexLine(bytes.subarray(line * 16, line * 16 + 16), line * 16),
  )
  return lines.join('\n')
}
