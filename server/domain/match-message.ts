import type { Side } from '#server/contracts/decoders.ts'
import { type SearchTerm, searchTimeMs } from '#server/contracts/message-search.ts'
import type { RawHeader } from './dead-letter.ts'
import { makeKeyMatcher } from './match-key.ts'
import { readSchemaId } from './payload/payload-schema.ts'
import { traceIdOfHeaders } from './trace-id-of-headers.ts'

/** What a search looks at: bytes as the broker holds them. */
export type SearchedMessage = {
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}
/** Whether a part of some bytes, a side of a message, may read as what does not stand in them. Null sides do not. */
export type HiddenText = {
  readonly side: Side
  /** From `from` (inclusive) to `to` (exclusive). */
  readonly test: (bytes: Uint8Array, from: number, to: number) => boolean
}
/** What the bytes of a message that fits an expression must hold. It may let others pass, and never loses one. */
export type ExpressionPrefilter = {
  /**
   * Every message that fits holds at least one of these in its bytes, unless `unlessHidden` is true of it; empty when
   * nothing is known.
   */
  readonly literals: readonly Uint8Array[]
  readonly unlessHidden: HiddenText | null
  /** How rare the literals are likely to be: letters of the shortest text that is looked for. */
  readonly rarity: number
  readonly accept: (message: SearchedMessage) => boolean
}

export type MessageMatcher = {
  readonly accept: (message: SearchedMessage) => boolean
  /**
   * Every accepted message holds at least one of these in its bytes, unless `unlessHidden` is true of it; empty when
   * nothing is known of them.
   */
  readonly literals: readonly Uint8Array[]
  readonly unlessHidden: HiddenText | null
  /** Partitions outside of which nothing is accepted; null: all. */
  readonly partitions: readonly number[] | null
  /** Nothing older is accepted; null: no bound. In milliseconds since the epoch. */
  readonly sinceMs: number | null
  /** Nothing as new as this or newer is accepted; null: no bound. */
  readonly untilMs: number | null
  /** Offsets of each partition outside of which nothing is accepted, both inclusive; null: all. */
  readonly offsets: { readonly least: bigint | null; readonly most: bigint | null } | null
  /** No message is left out by `accept` within partitions, times and offsets. */
  readonly acceptsAll: boolean
}

type Test = {
  readonly accept: (message: SearchedMessage) => boolean
  readonly literals: readonly Uint8Array[]
}

type Evidence = Pick<ExpressionPrefilter, 'literals' | 'rarity' | 'unlessHidden'>

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const holds = (bytes: Uint8Array | null, forms: readonly Uint8Array[]): boolean => {
  if (bytes === null) return false
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return forms.some((form) => buffer.indexOf(form) >= 0)
}

/** A text as UTF-8, and as JSON would write it where that differs: within JSON a quote stands as `\"`. */
const formsOf = (text: string): Uint8Array[] => {
  const inJson = JSON.stringify(text).slice(1, -1)
  return inJson === text ? [utf8(text)] : [utf8(text), utf8(inJson)]
}

const between = (value: bigint, least: bigint | null, most: bigint | null): boolean =>
  (least === null || value >= least) && (most === null || value <= most)

const testOf = (term: SearchTerm, nowMs: number): Test => {
  switch (term.kind) {
    case 'text': {
      const forms = formsOf(term.text)
      return {
        literals: forms,
        accept: ({ key, value, headers }) =>
          holds(value, forms) ||
          holds(key, forms) ||
          headers.some((header) => holds(utf8(header.name), forms) || holds(header.value, forms)),
      }
    }
    case 'value': {
      const forms = formsOf(term.text)
      return { literals: forms, accept: ({ value }) => holds(value, forms) }
    }
    case 'key': {
      const { matches, literals } = makeKeyMatcher(term.text)
      return { literals, accept: ({ key }) => matches(key) }
    }
    case 'header': {
      const forms = term.text === null || term.text === '' ? null : formsOf(term.text)
      return {
        literals: forms ?? [utf8(term.name)],
        accept: ({ headers }) =>
          headers.some(({ name, value }) => name === term.name && (forms === null || holds(value, forms))),
      }
    }
    case 'trace':
      // Ids in hexadecimal stand in the headers as they are looked for; other notations are decoded.
      return { literals: [], accept: ({ headers }) => traceIdOfHeaders(headers) === term.traceId }
    case 'partition':
      return { literals: [], accept: ({ partition }) => term.partitions.includes(partition) }
    case 'offset':
      return { literals: [], accept: ({ offset }) => between(offset, term.least, term.most) }
    case 'size':
      return {
        literals: [],
        accept: ({ key, value }) =>
          between(BigInt((key?.length ?? 0) + (value?.length ?? 0)), term.least, term.most),
      }
    case 'schema':
      return {
        literals: [],
        accept: ({ key, value }) => readSchemaId(value) === term.id || readSchemaId(key) === term.id,
      }
    case 'after':
    case 'before': {
      const limit = BigInt(searchTimeMs(term.time, nowMs))
      const isAfter = term.kind === 'after'
      return { literals: [], accept: ({ timestampMs }) => timestampMs >= limit === isAfter }
    }
    case 'where':
      // Told apart by `prefilters`, and for certain only by what was decoded.
      return { literals: [], accept: () => !term.negated }
    case 'is':
      return { literals: [], accept: flagTests[term.what] }
  }
}

const flagTests = {
  tombstone: ({ value }: SearchedMessage) => value === null,
  'null-key': ({ key }: SearchedMessage) => key === null,
  'null-header': ({ headers }: SearchedMessage) => headers.some(({ value }) => value === null),
} as const

/** The offsets that all terms leave. */
const offsetsOf = (terms: readonly SearchTerm[]): MessageMatcher['offsets'] => {
  const ranges = terms.flatMap((term) => (term.kind === 'offset' && !term.negated ? [term] : []))
  if (ranges.length === 0) return null
  const least = ranges.flatMap((range) => (range.least === null ? [] : [range.least]))
  const most = ranges.flatMap((range) => (range.most === null ? [] : [range.most]))
  return {
    least: least.length === 0 ? null : least.reduce((a, b) => (a > b ? a : b)),
    most: most.length === 0 ? null : most.reduce((a, b) => (a < b ? a : b)),
  }
}

const shortest = (literals: readonly Uint8Array[]): number =>
  Math.min(...literals.map(({ length }) => length))

/**
 * Makes one test of the terms of a search, which must all hold. The literals are those of the one term that is likely
 * to be rarest: the one whose shortest literal is longest, or of an expression. Times ago are counted from `nowMs`. Of
 * expressions only their `prefilters` are asked.
 */
export const makeMessageMatcher = (
  terms: readonly SearchTerm[],
  nowMs: number,
  prefilters: readonly ExpressionPrefilter[] = [],
): MessageMatcher => {
  const tests = terms.map((term) => ({ term, ...testOf(term, nowMs) }))
  const [rarest] = tests
    .filter(({ term, literals: own }) => !term.negated && own.length > 0)
    .map(({ literals }): Evidence => ({ literals, rarity: shortest(literals), unlessHidden: null }))
    .concat(prefilters.filter(({ literals: own }) => own.length > 0))
    .sort((a, b) => b.rarity - a.rarity)
  const chosen = terms.flatMap((term) =>
    term.kind === 'partition' && !term.negated ? [new Set(term.partitions)] : [],
  )
  const timesOf = (begins: 'after' | 'before'): number[] =>
    terms.flatMap((term) =>
      (term.kind === 'after' || term.kind === 'before') && (term.kind === begins) !== term.negated
        ? [searchTimeMs(term.time, nowMs)]
        : [],
    )
  const since = timesOf('after')
  const until = timesOf('before')
  return {
    sinceMs: since.length === 0 ? null : Math.max(...since),
    untilMs: until.length === 0 ? null : Math.min(...until),
    offsets: offsetsOf(terms),
    acceptsAll: terms.every(
      ({ kind, negated }) =>
        kind === 'after' || kind === 'before' || ((kind === 'partition' || kind === 'offset') && !negated),
    ),
    accept: (message) =>
      tests.every(({ term, accept }) => accept(message) !== term.negated) &&
      prefilters.every(({ accept }) => accept(message)),
    literals: rarest?.literals ?? [],
    unlessHidden: rarest?.unlessHidden ?? null,
    partitions:
      chosen.length === 0
        ? null
        : [...(chosen[0] ?? [])].filter((partition) => chosen.every((set) => set.has(partition))),
  }
}
