const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
const space = /[ \t\n\r]*/y

/** Deeper than this a document is shown as it was written. */
const deepest = 200

/** A JSON string from `at` on, or null. By hand: a pattern with this repetition overflows on strings of megabytes. */
const matchText = (source: string, at: number): string | null => {
  if (source[at] !== '"') return null
  for (let index = at + 1; index < source.length; index++) {
    const code = source.charCodeAt(index)
    if (code === 0x22) return source.slice(at, index + 1)
    if (code < 0x20) return null
    if (code !== 0x5c) continue
    index += 1
    const escaped = source[index]
    if (escaped === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(source.slice(index + 1, index + 5))) return null
      index += 4
    } else if (escaped === undefined || !'"\\/bfnrt'.includes(escaped)) return null
  }
  return null
}

const match = (pattern: RegExp, source: string, at: number): string | null => {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? null
}

/**
 * Lays JSON text out over lines without ever parsing a number: each token stands in the answer as it was written.
 * Answers null when the text is not JSON (RFC 8259) or nested too deeply. Works in one pass without recursion.
 */
export const formatJson = (source: string): string | null => {
  const out: string[] = []
  const open: ('{' | '[')[] = []
  let at = 0
  const skip = () => {
    at += match(space, source, at)?.length ?? 0
  }
  const breakLine = () => out.push(`\n${'  '.repeat(open.length)}`)
  const takeName = (): boolean => {
    const name = matchText(source, at)
    if (name === null) return false
    at += name.length
    skip()
    if (source[at] !== ':') return false
    at += 1
    skip()
    out.push(name, ': ')
    return true
  }
  skip()
  for (;;) {
    const character = source[at]
    if (character === '{' || character === '[') {
      at += 1
      skip()
      const close = character === '{' ? '}' : ']'
      if (source[at] === close) {
        at += 1
        out.push(character, close)
      } else {
        open.push(character)
        if (open.length > deepest) return null
        out.push(character)
        breakLine()
        if (character === '{' && !takeName()) return null
        continue
      }
    } else {
      const token = matchText(source, at) ?? match(number, source, at) ?? match(word, source, at)
      if (token === null || token === '') return null
      out.push(token)
      at += token.length
    }
    for (;;) {
      skip()
      const container = open.at(-1)
      if (container === undefined) return at === source.length ? out.join('') : null
      const next = source[at]
      at += 1
      if (next === ',') {
        out.push(',')
        breakLine()
        skip()
        if (container === '{' && !takeName()) return null
        break
      }
      if (next !== (container === '{' ? '}' : ']')) return null
      open.pop()
      breakLine()
      out.push(next)
    }
  }
}
