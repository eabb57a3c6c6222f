const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The text that bytes are in UTF-8, or null when they are not. A byte order mark is left out. */
export const readUtf8 = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells text from bytes
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

export const holdsControlCharacters = (text: string): boolean => controlCharacters.test(text)
