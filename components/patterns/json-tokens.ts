export type Token = { readonly text: string; readonly kind: 'name' | 'string' | 'number' | 'word' | 'other' }

const tokenPattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g

/** Cuts JSON text into coloured pieces. The text itself stays as it is: nothing is parsed, no number is touched. */
export const tokensOf = (line: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  for (const match of line.matchAll(tokenPattern)) {
    if (match.index > at) tokens.push({ text: line.slice(at, match.index), kind: 'other' })
    const [whole, string, colon, number] = match
    if (string !== undefined) {
      tokens.push({ text: string, kind: colon === undefined ? 'string' : 'name' })
      if (colon !== undefined) tokens.push({ text: colon, kind: 'other' })
    } else tokens.push({ text: whole, kind: number === undefined ? 'word' : 'number' })
    at = match.index + whole.length
  }
  if (at < line.length) tokens.push({ text: line.slice(at), kind: 'other' })
  return tokens
}
