import { setImmediate } from 'node:timers/promises'
import type { Side } from '#server/contracts/decoders.ts'
import { type Expression, readExpression } from '#server/contracts/message-expression.ts'
import type { SearchTerm } from '#server/contracts/message-search.ts'
import type { MessageRow } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { namesOf, type SeenMessage } from '#server/domain/expression-names.ts'
import { makeMaskedTest } from '#server/domain/masked-terms.ts'
import type { ExpressionPrefilter } from '#server/domain/match-message.ts'
import { prefilterExpression } from '#server/domain/prefilter-expression.ts'
import type { Call } from '#server/ports/call.ts'
import type { Masking } from '#server/ports/masking.ts'
import type { MessageFilter, RawMessage } from '#server/ports/raw-message.ts'
import { type DecodeDeps, type DecodeLimits, decodeMessages } from './decode-messages.ts'

const megabyte = 1024 * 1024
/** Keys and values above this are not laid out for an expression. */
const mostPayloadBytes = 8 * megabyte
const limits: DecodeLimits = { maxTextChars: 2 * mostPayloadBytes, maxRawBytes: 0, wantsReports: false }
/** An expression that compares parts of a message with each other takes some 50 ms for that much text. */
const mostCrossedChars = 20_000

/** Messages decoded and looked at in one turn: so many, or so many bytes, or for so long. */
const atOnce = 64
const bytesAtOnce = megabyte
const turnMs = 20

type Where = { readonly expression: Expression; readonly negated: boolean }
type WhereTerm = Extract<SearchTerm, { kind: 'where' }>

const wheresOf = (terms: readonly SearchTerm[]): WhereTerm[] =>
  terms.flatMap((term) => (term.kind === 'where' ? [term] : []))

/** What is wrong with the expressions of a search, as a sentence; null when all of them can be read. */
export const findExpressionProblem = (terms: readonly SearchTerm[]): string | null => {
  for (const { expression } of wheresOf(terms)) {
    const read = readExpression(expression)
    if (!read.ok) return `where, character ${read.problem.at + 1} of the expression: ${read.problem.message}.`
  }
  return null
}

const readAll = (terms: readonly SearchTerm[]): Where[] =>
  wheresOf(terms).flatMap(({ expression, negated }) => {
    const read = readExpression(expression)
    return read.ok ? [{ expression: read.expression, negated }] : []
  })

/**
 * What the expressions of a search tell before anything is decoded. Those that are turned round tell nothing, and those
 * over sides in `unsure` (`prefilterExpression`).
 */
export const prefiltersOf = (
  terms: readonly SearchTerm[],
  unsure: ReadonlySet<Side>,
): ExpressionPrefilter[] =>
  readAll(terms)
    .filter(({ negated }) => !negated)
    .map(({ expression }) => prefilterExpression(expression.ast, unsure))

/** A field that is missing, or of another type than was asked, fits nothing. */
const isTrue = (expression: Expression, names: ReturnType<typeof namesOf>): boolean => {
  try {
    return expression.evaluate(names) === true
  } catch {
    return false
  }
}

type LeftOut = 'too large' | 'too costly'

const bytesOf = ({ key, value }: RawMessage): number => (key?.length ?? 0) + (value?.length ?? 0)

/** Why an expression can not tell whether a message fits; null: it can. */
const leftOutBy = (
  { reads, crossings }: Expression,
  seen: SeenMessage,
  large: LargeSides,
): LeftOut | null => {
  const readsValue = reads.has('value') || reads.has('schemaId')
  if ((large.value && readsValue) || (large.key && reads.has('key'))) return 'too large'
  if (crossings === 0) return null
  const headers = seen.headers.reduce((sum, { name, value }) => sum + name.length + (value?.length ?? 0), 0)
  const chars = (seen.key.text?.length ?? 0) + (seen.value.text?.length ?? 0) + headers
  return chars > mostCrossedChars / Math.sqrt(crossings) ? 'too costly' : null
}

type LargeSides = { readonly key: boolean; readonly value: boolean }

type RefineOptions = {
  /** All that is filtered. */
  readonly topics: readonly TopicName[]
  readonly maskOf: Masking['maskOf']
  /** Keys and values above this are not laid out, but counted as not judged. */
  readonly mostBytes?: number
}

export type Refinement = {
  readonly refine: NonNullable<MessageFilter['refine']>
  /** How many messages were not judged so far and why, as sentences. They count as not fitting. */
  readonly notes: () => string[]
}

/**
 * The part of a filter that needs decoded messages; null when no expression asks for it and nothing is masked that the
 * terms look into. Terms that look into what `maskOf` hides of a topic are judged here, by what the mask leaves: what is
 * masked can not be searched for, nor found out by a term that is turned round. A message that can not be judged
 * within bounds fits neither a term nor its opposite, and is told.
 */
export const makeRefinement = (
  terms: readonly SearchTerm[],
  deps: DecodeDeps,
  call: Call,
  { topics, maskOf, mostBytes = mostPayloadBytes }: RefineOptions,
): Refinement | null => {
  const wheres = readAll(terms)
  const masks = new Map(
    topics.flatMap((topic) => {
      const mask = maskOf(topic)
      return mask ? [[topic, { mask, test: makeMaskedTest(terms, mask) }] as const] : []
    }),
  )
  const needed = (topic: TopicName): boolean => wheres.length > 0 || (masks.get(topic)?.test ?? null) !== null
  if (!topics.some(needed)) return null
  const leftOut: Record<LeftOut, number> = { 'too large': 0, 'too costly': 0 }
  const fits = (message: RawMessage, row: MessageRow, tooLarge: LargeSides): boolean => {
    const { key, value } = row
    const large = { key: tooLarge.key || key.truncated, value: tooLarge.value || value.truncated }
    const decoded = { ...message, key, value, sizeBytes: bytesOf(message) }
    const masked = masks.get(message.topic)
    const seen = masked ? masked.mask.apply(decoded) : decoded
    if (masked?.test) {
      const { parts, accept } = masked.test
      // What was not read whole was not masked whole.
      if ((large.value && parts.has('value')) || (large.key && parts.has('key'))) {
        leftOut['too large'] += 1
        return false
      }
      if (!accept(message, seen)) return false
    }
    let names: ReturnType<typeof namesOf> | null = null
    let why: LeftOut | null = null
    for (const { expression, negated } of wheres) {
      const unjudged = leftOutBy(expression, seen, large)
      why = unjudged ?? why
      if (unjudged) continue
      names ??= namesOf(large.key || large.value ? withoutLarge(seen, large) : seen)
      if (isTrue(expression, names) === negated) return false
    }
    if (why) leftOut[why] += 1
    return why === null
  }
  const refineSome = async (messages: readonly RawMessage[]): Promise<RawMessage[]> => {
    const sides = messages.map(({ key, value }) => ({
      key: (key?.length ?? 0) > mostBytes,
      value: (value?.length ?? 0) > mostBytes,
    }))
    const decodable = messages.map((message, place) => ({
      ...message,
      ...(sides[place]?.key ? { key: null } : {}),
      ...(sides[place]?.value ? { value: null } : {}),
    }))
    const { rows } = await decodeMessages(decodable, deps, limits, call)
    const fitting: RawMessage[] = []
    let turnSince = performance.now()
    for (const [place, message] of messages.entries()) {
      const [row, large] = [rows[place], sides[place]]
      if (row && large && fits(message, row, large)) fitting.push(message)
      if (performance.now() - turnSince < turnMs) continue
      await setImmediate()
      if (call.signal.aborted) break
      turnSince = performance.now()
    }
    return fitting
  }
  return {
    refine: async (all) => {
      const messages = all.filter(({ topic }) => needed(topic))
      const fitting = messages.length === all.length ? [] : all.filter(({ topic }) => !needed(topic))
      for (let from = 0; from < messages.length && !call.signal.aborted; ) {
        const to = endOfTurn(messages, from)
        fitting.push(...(await refineSome(messages.slice(from, to))))
        from = to
        // In between others have their turn, and a word that the search is given up is heard.
        await setImmediate()
      }
      return fitting
    },
    notes: () => notesOf(leftOut, mostBytes, wheres.length > 0 ? 'the expression' : 'the search'),
  }
}

const withoutLarge = (seen: SeenMessage, large: LargeSides): SeenMessage => ({
  ...seen,
  ...(large.key ? { key: { ...seen.key, text: null } } : {}),
  ...(large.value ? { value: { ...seen.value, text: null } } : {}),
})

const endOfTurn = (messages: readonly RawMessage[], from: number): number => {
  let bytes = 0
  for (let at = from; at < messages.length && at < from + atOnce; at++) {
    bytes += bytesOf(messages[at] as RawMessage)
    if (bytes > bytesAtOnce && at > from) return at
  }
  return Math.min(messages.length, from + atOnce)
}

const notesOf = (leftOut: Readonly<Record<LeftOut, number>>, mostBytes: number, judge: string): string[] => {
  const told = (count: number, why: string): string[] =>
    count === 0
      ? []
      : [`${count} ${count === 1 ? 'message was' : 'messages were'} not judged by ${judge}: ${why}`]
  const beyond =
    mostBytes < mostPayloadBytes ? ` A search reads up to ${mostPayloadBytes / megabyte} MB.` : ''
  return [
    ...told(leftOut['too large'], `the key or value is larger than ${mostBytes / megabyte} MB.${beyond}`),
    ...told(
      leftOut['too costly'],
      `it compares parts of a message with each other, which is done up to ${mostCrossedChars / 1_000} kB of text only.`,
    ),
  ]
}
