import { parseSearch } from '#server/contracts/message-search.ts'
import { type MessageMatcher, makeMessageMatcher } from '#server/domain/match-message.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { MessageFilter } from '#server/ports/raw-message.ts'
import type { ScanTask } from '#server/ports/scanner.ts'
import type { DecodeDeps } from './decode-messages.ts'
import type { Connection } from './deps.ts'
import { makeRefinement, prefiltersOf } from './refine-by-expression.ts'

/** What of a connection a scan uses. */
export type ScannedConnection = Pick<Connection, 'name' | 'broker' | 'registry' | 'reading'>

export type ScanFilter = {
  readonly matcher: MessageMatcher
  /** Null: every message of the matcher's partitions, times and offsets fits. */
  readonly filter: MessageFilter | null
  /** Messages that could not be judged so far and why, as sentences. */
  readonly notes: () => string[]
  /** Payloads are read as operators had chosen when the scan began: a thread does not ask the database. */
  readonly decoding: DecodeDeps
}

/** Makes the filter of a search's words; `mostBytes`: larger keys and values are not judged by expressions. */
export const makeScanFilter = (
  { registry, reading }: ScannedConnection,
  { search, nowMs, choices }: Pick<ScanTask, 'search' | 'nowMs' | 'choices'>,
  call: Call,
  limits: { readonly mostBytes?: number } = {},
): Result<ScanFilter, BrokerError> => {
  const parsed = parseSearch(search)
  if (!parsed.ok)
    return fail({
      kind: 'invalid',
      detail: `search, character ${parsed.problem.at + 1}: ${parsed.problem.message}.`,
      source: 'broker',
    })
  const decoding: DecodeDeps = {
    registry,
    ...(reading ? { reading: { ...reading, choices: async () => choices } } : {}),
  }
  // By choice a payload may read as another text than its bytes hold.
  const prefilters = choices.size === 0 ? prefiltersOf(parsed.terms) : []
  const matcher = makeMessageMatcher(parsed.terms, nowMs, prefilters)
  const refinement = makeRefinement(parsed.terms, decoding, call, limits)
  const { accept, literals } = matcher
  const filter: MessageFilter = {
    accept,
    ...(literals.length === 0 ? {} : { literals }),
    ...(refinement === null ? {} : { refine: refinement.refine }),
  }
  return succeed({
    matcher,
    filter: matcher.acceptsAll && refinement === null ? null : filter,
    notes: () => refinement?.notes() ?? [],
    decoding,
  })
}
