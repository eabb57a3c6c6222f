/** Safe in a POSIX shell as it stands. */
const plain = /^[A-Za-z0-9_./:@%+=,-]+$/

/**
 * A text as one word of a POSIX shell: whatever is in it is data (POSIX.1-2024, Shell Command Language, 2.2.2
 * "Single-Quotes"). Null where the text can be no argument: the system ends arguments at a zero byte.
 */
export const quoteForShell = (text: string): string | null => {
  if (text.includes('\0')) return null
  if (plain.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}
