import { expressionNames } from '#server/contracts/message-expression-names.ts'

export type Sample = {
  /** JSON texts of key and value; null where they are none. */
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly string[]
}

const deepest = 6
const mostNames = 400

const step = (path: string, name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`

const pathsOf = (path: string, value: unknown, depth: number): string[] => {
  if (depth === 0 || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return pathsOf(`${path}[0]`, value[0], depth - 1)
  return Object.entries(value).flatMap(([name, item]) => {
    const own = step(path, name)
    return [own, ...pathsOf(own, item, depth - 1)]
  })
}

const read = (text: string | null): unknown => {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}

/** What an expression may name in messages like these: fields of value and key, headers, and what every message has. */
export const learnNames = (samples: readonly Sample[]): string[] => {
  const learned = samples.flatMap(({ key, value, headers }) => [
    ...pathsOf('value', read(value), deepest),
    ...headers.map((name) => step('headers', name)),
    ...pathsOf('key', read(key), deepest),
  ])
  return [...new Set([...learned, ...Object.keys(expressionNames)])].slice(0, mostNames)
}

/** The name that is being typed before the caret: from where, and what of it stands. */
export const typedName = (text: string, caret: number): { readonly from: number; readonly typed: string } => {
  const typed = /[A-Za-z_][\w.[\]]*$/.exec(text.slice(0, caret))?.[0] ?? ''
  return { from: caret - typed.length, typed }
}

const mostShown = 8

/** Names that may be meant, those that begin with what is typed first. A name that stands whole is not offered. */
export const namesFor = (typed: string, names: readonly string[]): string[] => {
  const wanted = typed.toLowerCase()
  if (wanted === '') return []
  const fits = names.filter((name) => name.toLowerCase().includes(wanted) && name !== typed)
  const rank = (name: string): number => (name.toLowerCase().startsWith(wanted) ? 0 : 1)
  return fits.sort((a, b) => rank(a) - rank(b) || a.length - b.length).slice(0, mostShown)
}
