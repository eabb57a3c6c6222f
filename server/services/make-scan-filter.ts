import { parseSearch } from '#server/contracts/message-search.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanTask } from '#server/ports/scanner.ts'
import type { DecodeDeps } from './decode-messages.ts'
import type { Connection } from './deps.ts'
import { searchProblemWords } from './fault.ts'
import { type MessageFiltering, makeMessageFilter } from './make-message-filter.ts'

/** What of a connection a scan uses. */
export type ScannedConnection = Pick<Connection, 'name' | 'broker' | 'registry' | 'reading' | 'masking'>

export type ScanFilter = MessageFiltering & {
  /** Payloads are read as operators had chosen when the scan began: a thread does not ask the database. */
  readonly decoding: DecodeDeps
}

/** Makes the filter of a search's words; `mostBytes`: larger keys and values are not judged by expressions. */
export const makeScanFilter = (
  { registry, reading, masking }: ScannedConnection,
  {
    topics,
    search,
    nowMs,
    choices,
  }: Pick<ScanTask, 'search' | 'nowMs' | 'choices'> & { readonly topics: readonly TopicName[] },
  call: Call,
  limits: { readonly mostBytes?: number } = {},
): Result<ScanFilter, BrokerError> => {
  const parsed = parseSearch(search)
  if (!parsed.ok)
    return fail({
      kind: 'invalid',
      detail: searchProblemWords(parsed.problem),
      source: 'broker',
    })
  const decoding: DecodeDeps = {
    registry,
    ...(reading ? { reading: { ...reading, choices: async () => choices } } : {}),
  }
  const filtering = makeMessageFilter(
    parsed.terms,
    { ...decoding, ...(masking ? { masking } : {}) },
    { topics, nowMs, choices, ...limits },
    call,
  )
  return succeed({ ...filtering, decoding })
}
