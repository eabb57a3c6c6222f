/**
 * The language of the search over messages, the same in the search field, in addresses and in the API:
 * `CardDeclined key:order-4711 header:tenant=acme partition:0,3 offset:100..200 size:>1000 is:tombstone -value:test`.
 * Terms stand apart by spaces and must all hold; a dash before a term turns it round; quotes keep spaces and colons.
 */
export type SearchTerm = { readonly negated: boolean } & (
  | { readonly kind: 'text' | 'key' | 'value'; readonly text: string }
  | { readonly kind: 'header'; readonly name: string; readonly text: string | null }
  | { readonly kind: 'partition'; readonly partitions: readonly number[] }
  | { readonly kind: 'offset' | 'size'; readonly least: bigint | null; readonly most: bigint | null }
  | { readonly kind: 'is'; readonly what: SearchFlag }
  | { readonly kind: 'schema'; readonly id: number }
  | { readonly kind: 'trace'; readonly traceId: string }
  | { readonly kind: 'after' | 'before'; readonly time: SearchTime }
  /** An expression over what was decoded (`message-expression.ts`), which is read apart. */
  | { readonly kind: 'where'; readonly expression: string }
)
/** A moment, or so long before the search is run: `2026-11-21T03:00:00Z`, `15m`. */
export type SearchTime =
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'ago'; readonly amount: number; readonly unit: keyof typeof unitMs }
export type SearchFlag = 'tombstone' | 'null-key' | 'null-header'
export type SearchProblem = {
  /** Place of the first character that can not be read, from 0. */
  readonly at: number
  readonly message: string
}
export type ParsedSearch =
  | { readonly ok: true; readonly terms: readonly SearchTerm[] }
  | { readonly ok: false; readonly problem: SearchProblem }

/** What may stand before a colon, and what it looks for. */
export const searchFields = {
  key: 'the key, exactly',
  value: 'text within the value',
  header: 'a header by name, or name=text within its value',
  partition: 'one or several partitions: 0,3',
  offset: 'an offset or a range: 100, 100..200, >=100',
  size: 'bytes of key and value: >1000, 10..20',
  is: 'tombstone, null-key or null-header',
  schema: 'a schema id of key or value',
  trace: 'a trace id in the headers',
  after: 'at or after a time, or so long ago: 2026-11-21T03:00:00Z, 15m, 2h',
  before: 'before a time, or so long ago',
  where: 'an expression over what was decoded: where:"value.amount > 5000 && headers.tenant == \'acme\'"',
} as const satisfies Record<Exclude<SearchTerm['kind'], 'text'>, string>

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A moment of a search in milliseconds since the epoch. */
export const searchTimeMs = (time: SearchTime, nowMs: number): number =>
  time.kind === 'at' ? time.atMs : nowMs - time.amount * unitMs[time.unit]

const flags: readonly SearchFlag[] = ['tombstone', 'null-key', 'null-header']
const mostTerms = 20
/** A search may be this many characters long. */
export const mostSearchCharacters = 1_000

class Unreadable extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

type Piece = { readonly at: number; readonly text: string; readonly quoted: boolean }
type Word = {
  readonly at: number
  readonly negated: boolean
  readonly field: keyof typeof searchFields | null
  readonly value: Piece
}

/** Reads a search. A problem names the character at which it begins; an empty search has no terms and fits all. */
export const parseSearch = (source: string): ParsedSearch => {
  try {
    if (source.length > mostSearchCharacters)
      throw new Unreadable(mostSearchCharacters, `a search has at most ${mostSearchCharacters} characters`)
    const terms = wordsOf(source).map(termOf)
    if (terms.length > mostTerms)
      throw new Unreadable(source.length, `a search has at most ${mostTerms} terms`)
    return { ok: true, terms }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { ok: false, problem: { at: error.at, message: error.message } }
  }
}

const isSpace = (character: string | undefined): boolean => character !== undefined && /\s/.test(character)

const wordsOf = (source: string): Word[] => {
  const words: Word[] = []
  let at = 0
  while (at < source.length) {
    if (isSpace(source[at])) {
      at += 1
      continue
    }
    const start = at
    const next = source[at + 1]
    const negated = source[at] === '-' && next !== undefined && !isSpace(next)
    if (negated) at += 1
    const first = pieceAt(source, at, true)
    at = first.end
    if (!first.quoted && source[at] === ':' && isField(first.text)) {
      const value = pieceAt(source, at + 1, false)
      words.push({ at: start, negated, field: first.text, value })
      at = value.end
    } else words.push({ at: start, negated, field: null, value: first })
  }
  return words
}

/** Text up to a space (or a colon that ends the name of a field), parts of it in quotes; `\"` and `\\` within quotes. */
const pieceAt = (source: string, start: number, endsAtColon: boolean): Piece & { readonly end: number } => {
  let at = start
  let text = ''
  let quoted = false
  while (at < source.length && !isSpace(source[at])) {
    if (source[at] === ':' && endsAtColon && !quoted && isField(text)) break
    if (source[at] !== '"') {
      text += source[at]
      at += 1
      continue
    }
    quoted = true
    const opened = at
    at += 1
    while (source[at] !== '"') {
      if (at >= source.length) throw new Unreadable(opened, 'this quote is not closed')
      if (source[at] === '\\' && (source[at + 1] === '"' || source[at + 1] === '\\')) at += 1
      text += source[at]
      at += 1
    }
    at += 1
  }
  return { at: start, text, quoted, end: at }
}

const isField = (text: string): text is keyof typeof searchFields => Object.hasOwn(searchFields, text)

const termOf = ({ at, negated, field, value }: Word): SearchTerm => {
  if (field === null) return { kind: 'text', text: nonEmpty(value, at, 'text'), negated }
  switch (field) {
    case 'key':
    case 'value':
      return { kind: field, text: nonEmpty(value, at, field), negated }
    case 'header':
      return headerTerm(nonEmpty(value, at, field), value.at, negated)
    case 'partition':
      return { kind: 'partition', partitions: partitionsOf(value), negated }
    case 'offset':
    case 'size':
      return { kind: field, ...rangeOf(value), negated }
    case 'is': {
      const what = flags.find((flag) => flag === value.text)
      if (!what) throw new Unreadable(value.at, `is: knows ${flags.join(', ')}`)
      return { kind: 'is', what, negated }
    }
    case 'schema':
      if (!/^\d{1,10}$/.test(value.text)) throw new Unreadable(value.at, 'a schema id is a whole number')
      return { kind: 'schema', id: Number(value.text), negated }
    case 'trace':
      if (!/^[0-9a-f]{32}$/i.test(value.text))
        throw new Unreadable(value.at, 'a trace id has 32 hexadecimal digits')
      return { kind: 'trace', traceId: value.text.toLowerCase(), negated }
    case 'after':
    case 'before':
      return { kind: field, time: timeOf(value), negated }
    case 'where':
      return { kind: field, expression: nonEmpty(value, at, field), negated }
  }
}

const nonEmpty = ({ text, at }: Piece, wordAt: number, what: string): string => {
  if (text !== '') return text
  throw new Unreadable(Math.max(at, wordAt), `${what}: nothing is said to look for`)
}

const headerTerm = (text: string, at: number, negated: boolean): SearchTerm => {
  const equals = text.indexOf('=')
  if (equals === 0) throw new Unreadable(at, 'header: a name stands before the =')
  return equals < 0
    ? { kind: 'header', name: text, text: null, negated }
    : { kind: 'header', name: text.slice(0, equals), text: text.slice(equals + 1), negated }
}

const partitionsOf = ({ text, at }: Piece): number[] => {
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text)) throw new Unreadable(at, 'partitions are whole numbers: 0,3')
  return text.split(',').map(Number)
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/

const timeOf = ({ text, at }: Piece): SearchTime => {
  const ago = /^(\d{1,6})([smhd])$/.exec(text)
  if (ago) return { kind: 'ago', amount: Number(ago[1]), unit: ago[2] as keyof typeof unitMs }
  const atMs = isoTime.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs))
    throw new Unreadable(at, 'a time with its zone, 2026-11-21T03:00:00Z, or so long ago: 30s, 15m, 2h, 1d')
  return { kind: 'at', atMs }
}

const rangeOf = ({ text, at }: Piece): { readonly least: bigint | null; readonly most: bigint | null } => {
  const range = /^(\d{1,18})?\.\.(\d{1,18})?$/.exec(text)
  if (range && text !== '..')
    return { least: range[1] ? BigInt(range[1]) : null, most: range[2] ? BigInt(range[2]) : null }
  const compared = /^(>=|<=|>|<|)(\d{1,18})$/.exec(text)
  if (!compared || text === '<0') throw new Unreadable(at, 'a number or a range: 100, 100..200, >=100, <100')
  const number = BigInt(compared[2] ?? '0')
  switch (compared[1]) {
    case '>':
      return { least: number + 1n, most: null }
    case '>=':
      return { least: number, most: null }
    case '<':
      return { least: null, most: number - 1n }
    case '<=':
      return { least: null, most: number }
    default:
      return { least: number, most: number }
  }
}

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
const needsQuotes = (text: string): boolean => text === '' || /[\s":]|^-/.test(text)
const quoteIfNeeded = (text: string): string => (needsQuotes(text) ? quote(text) : text)

/** Writes one term as it is typed; reading it again gives the same term. */
export const formatTerm = (term: SearchTerm): string => `${term.negated ? '-' : ''}${bodyOf(term)}`

const bodyOf = (term: SearchTerm): string => {
  switch (term.kind) {
    case 'text':
      return quoteIfNeeded(term.text)
    case 'key':
    case 'value':
      return `${term.kind}:${quoteIfNeeded(term.text)}`
    case 'header':
      return `header:${quoteIfNeeded(term.text === null ? term.name : `${term.name}=${term.text}`)}`
    case 'partition':
      return `partition:${term.partitions.join(',')}`
    case 'offset':
    case 'size':
      return `${term.kind}:${term.least === term.most ? (term.least ?? 0n) : `${term.least ?? ''}..${term.most ?? ''}`}`
    case 'is':
      return `is:${term.what}`
    case 'schema':
      return `schema:${term.id}`
    case 'trace':
      return `trace:${term.traceId}`
    case 'where':
      return `where:${quote(term.expression)}`
    case 'after':
    case 'before':
      return `${term.kind}:${
        term.time.kind === 'ago'
          ? `${term.time.amount}${term.time.unit}`
          : new Date(term.time.atMs).toISOString()
      }`
  }
}

const looksLikeField = /^([a-z]{3,12}):./

/**
 * Words that look like a field that does not exist, `patition:3`: they are searched as text, which may not be what was
 * meant.
 */
export const doubtfulWords = (terms: readonly SearchTerm[]): string[] =>
  terms.flatMap((term) => {
    const name = term.kind === 'text' ? looksLikeField.exec(term.text)?.[1] : undefined
    return name === undefined ? [] : [name]
  })

/** Writes a search as it is typed. */
export const formatSearch = (terms: readonly SearchTerm[]): string => terms.map(formatTerm).join(' ')
