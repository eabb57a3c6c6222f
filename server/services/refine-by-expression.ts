import { setImmediate } from 'node:timers/promises'
import { type Expression, readExpression } from '#server/contracts/message-expression.ts'
import type { SearchTerm } from '#server/contracts/message-search.ts'
import { namesOf, type SeenMessage } from '#server/domain/expression-names.ts'
import type { ExpressionPrefilter } from '#server/domain/match-message.ts'
import { prefilterExpression } from '#server/domain/prefilter-expression.ts'
import type { MessageFilter, RawMessage } from '#server/ports/broker.ts'
import type { Call } from '#server/ports/call.ts'
import { type DecodeDeps, type DecodeLimits, decodeMessages } from './decode-messages.ts'

/**
 * Takes away what a reader may not see, between decoding and filtering: what is masked can not be searched for. The
 * same message comes back where nothing is masked.
 */
export type Mask = (message: SeenMessage) => SeenMessage
export const maskNothing: Mask = (message) => message

/** An expression sees more of a payload than a list shows of it. */
const limits: DecodeLimits = { maxTextChars: 1024 * 1024, maxRawBytes: 0, wantsReports: false }

/** Messages decoded and looked at in one turn: a few milliseconds. */
const atOnce = 64

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

/** What the expressions of a search tell before anything is decoded. Those that are turned round tell nothing. */
export const prefiltersOf = (terms: readonly SearchTerm[]): ExpressionPrefilter[] =>
  readAll(terms)
    .filter(({ negated }) => !negated)
    .map(({ expression }) => prefilterExpression(expression.ast))

/** A field that is missing, or of another type than was asked, fits nothing. */
const isTrue = (expression: Expression, names: ReturnType<typeof namesOf>): boolean => {
  try {
    return expression.evaluate(names) === true
  } catch {
    return false
  }
}

/** The part of a filter that needs decoded messages; null when no expression asks for it. */
export const makeRefinement = (
  terms: readonly SearchTerm[],
  deps: DecodeDeps,
  call: Call,
  mask: Mask = maskNothing,
): NonNullable<MessageFilter['refine']> | null => {
  const wheres = readAll(terms)
  if (wheres.length === 0) return null
  const refineSome = async (messages: readonly RawMessage[]): Promise<RawMessage[]> => {
    const { rows } = await decodeMessages(messages, deps, limits, call)
    return messages.filter((message, place) => {
      const row = rows[place]
      if (!row) return false
      const { key, value, sizeBytes } = row
      const names = namesOf(mask({ ...message, key, value, sizeBytes }))
      return wheres.every(({ expression, negated }) => isTrue(expression, names) !== negated)
    })
  }
  return async (messages: readonly RawMessage[]) => {
    const fitting: RawMessage[] = []
    for (let from = 0; from < messages.length && !call.signal.aborted; from += atOnce) {
      fitting.push(...(await refineSome(messages.slice(from, from + atOnce))))
      // In between others have their turn, and a word that the search is given up is heard.
      await setImmediate()
    }
    return fitting
  }
}
