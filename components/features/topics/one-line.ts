/** More than a row can show. */
const mostCharacters = 600

/**
 * The beginning of a payload's text in one line: JSON without the spaces between its tokens, other text without its
 * line breaks. What stands between quotes is kept as it is written.
 */
export const oneLineOf = (text: string, isJson: boolean): string => {
  const [head, isCut] = [text.slice(0, 4 * mostCharacters), text.length > 4 * mostCharacters]
  const line = isJson
    ? head.replace(/("(?:[^"\\]|\\.)*(?:"|$))|\s+/g, (_, quoted?: string) => quoted ?? '')
    : head.replace(/\s*\n\s*/g, ' ')
  return isCut || line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
}
