const utf8 = new TextDecoder('utf-8', { fatal: true })
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells text from bytes
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/
const longestChars = 1_000
const schemaFrameBytes = 5

const readText = (bytes: Uint8Array): string | null => {
  try {
    const text = utf8.decode(bytes)
    return controlCharacters.test(text) ? null : text
  } catch {
    return null
  }
}

/** An Avro string: its length as zigzag variable-length integer, then so many bytes and no more. */
const readAvroString = (bytes: Uint8Array): string | null => {
  let length = 0
  let scale = 1
  for (const [index, byte] of bytes.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80)
      return length / 2 === bytes.length - index - 1 ? readText(bytes.subarray(index + 1)) : null
  }
  return null
}

/**
 * A key as text to find it by, without a registry: UTF-8, behind a schema id as Avro string or text, integers of 4 or
 * 8 bytes, otherwise hexadecimal. At most 1,000 characters. Null for no key.
 */
export const keyTextOf = (key: Uint8Array | null): string | null => {
  if (key === null) return null
  const body = key[0] === 0 && key.length > schemaFrameBytes ? key.subarray(schemaFrameBytes) : null
  const framed = body && (readAvroString(body) ?? readText(body))
  // Bytes that begin with a zero by chance: what can not be seen is no name.
  const text = readText(key) ?? (framed !== null && framed.trim() === '' ? null : framed)
  if (text !== null) return text.slice(0, longestChars)
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  if (key.length === 4) return String(view.getInt32(0))
  if (key.length === 8) return view.getBigInt64(0).toString()
  return Buffer.from(key.subarray(0, longestChars / 2)).toString('hex')
}
