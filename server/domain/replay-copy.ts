import type { RequeueAction } from '#server/contracts/choices.ts'
import { byHeaderNames } from './by-header-names.ts'
import type { RawHeader } from './dead-letter.ts'
import { deadLetterConventions } from './dead-letter-conventions.ts'
import { type DeadLetterRules, defaultDeadLetterRules } from './dead-letter-rules.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { requeueHeader } from './requeue.ts'

/** Headers that Spillway adds to a copy, and what they mean. */
export const lineageHeaders = {
  'x-replay-id': 'The replay that sent this copy',
  'x-replay-number': 'Its number, for people',
  'x-replay-item': 'Its item in the replay',
  'x-replay-source': 'The dead letter of which this is a copy: topic@partition@offset',
  'x-replay-attempt': 'How often this message has been replayed',
  'x-replay-at': 'When the copy was sent, ISO 8601',
  'x-replay-origin-at': 'When the message that died was written, where that is known, ISO 8601',
} as const

/** What tells a copy apart from the others that its replay sends at the same time. */
export type CopyLineage = {
  readonly itemId: bigint
  /** The dead letter: topic@partition@offset. */
  readonly source: string
  readonly attempt: number
  /** When the message that died was written, in milliseconds since the epoch; null: not known. */
  readonly originMs: bigint | null
}

/** What a date can hold, in milliseconds since the epoch. */
const latestTimeMs = 8_640_000_000_000_000n

const isoOf = (ms: bigint | null): string | null =>
  ms === null || ms < 0n || ms > latestTimeMs ? null : new Date(Number(ms)).toISOString()

/** Values are of ASCII: topics have no other names. */
const lineageHeader = (name: keyof typeof lineageHeaders, value: string): RawHeader => ({
  name,
  value: Buffer.from(value, 'latin1'),
})

/** Makes the lineage of the copies that a replay sends at one time; what they share is written once. */
export const makeLineage = (replay: {
  readonly id: string
  readonly number: number | null
  readonly nowMs: bigint
}): ((copy: CopyLineage) => readonly RawHeader[]) => {
  const id = lineageHeader('x-replay-id', replay.id)
  const number = lineageHeader('x-replay-number', String(replay.number ?? ''))
  const at = lineageHeader('x-replay-at', new Date(Number(replay.nowMs)).toISOString())
  return ({ itemId, source, attempt, originMs }) => {
    const made = [
      id,
      number,
      lineageHeader('x-replay-item', itemId.toString()),
      lineageHeader('x-replay-source', source),
      lineageHeader('x-replay-attempt', String(attempt)),
      at,
    ]
    const originAt = isoOf(originMs)
    if (originAt !== null) made.push(lineageHeader('x-replay-origin-at', originAt))
    return made
  }
}

/** Names that only a framework's failure headers have: left out of every copy, whatever else is known of it. */
const alwaysStripped = deadLetterConventions
  .filter(({ hasCommonNames }) => hasCommonNames !== true)
  .map(({ failureHeaders }) => failureHeaders)

type StripTest = (name: string) => boolean

/** Headers of an earlier copy, which none carries on. */
export const isOfReplay = (name: string): boolean =>
  Object.hasOwn(lineageHeaders, name) || name === requeueHeader

/** So many names of one list are remembered. */
const mostKept = 200

/** The test for a letter of these names: what the headers hold plays no part in it. */
const stripTestOf = byHeaderNames((headers, rules): StripTest => {
  const found = decodeDeadLetter(headers, undefined, rules)?.failureHeaders ?? []
  const patterns = [...new Set([...alwaysStripped, ...found])]
  const known = new Map<string, boolean>()
  return (name) => {
    const told = known.get(name)
    if (told !== undefined) return told
    const isStripped = isOfReplay(name) || patterns.some((pattern) => pattern.test(name))
    if (known.size < mostKept) known.set(name, isStripped)
    return isStripped
  }
})

/**
 * Tells which headers of a letter are left out of its copy: failure headers of any framework (a record may have died
 * under two), those of common names only where the letter is of that convention, and the lineage of an earlier replay.
 * Left in, Spring would count the old attempts and give up at once.
 */
export const makeStripTest = (
  headers: readonly RawHeader[],
  rules: DeadLetterRules = defaultDeadLetterRules,
): StripTest => stripTestOf(headers, rules)

/**
 * The headers of a replayed copy: those of the letter in their exact order with duplicates and null values, without
 * failure headers, then the lineage. Values are the same bytes.
 */
export const makeCopyHeaders = (
  headers: readonly RawHeader[],
  lineage: readonly RawHeader[],
  rules?: DeadLetterRules,
): readonly RawHeader[] => {
  const isStripped = makeStripTest(headers, rules)
  const kept: RawHeader[] = []
  for (const header of headers) if (!isStripped(header.name)) kept.push(header)
  kept.push(...lineage)
  return kept
}

/** The headers of a requeued copy: those of the waiting record with its failure headers, then the lineage. */
export const makeRequeuedHeaders = (
  headers: readonly RawHeader[],
  lineage: readonly RawHeader[],
  action: RequeueAction,
): readonly RawHeader[] => [
  ...headers.filter(({ name }) => !isOfReplay(name)),
  ...lineage,
  { name: requeueHeader, value: Buffer.from(action, 'latin1') },
]

/** Which copy a record is, by its lineage headers. */
export type Lineage = { readonly replayId: string; readonly itemId: bigint; readonly attempt: number }

const maxId = 2n ** 63n - 1n

/** Reads the lineage of a record; the last of equal headers counts. Null where there is none or it is not well-formed. */
export const readLineage = (headers: readonly RawHeader[]): Lineage | null => {
  if (!headers.some(({ name }) => name === 'x-replay-id')) return null
  const textOf = (name: string): string => {
    const value = headers.findLast((header) => header.name === name)?.value
    return value ? Buffer.from(value).toString('latin1') : ''
  }
  const replayId = textOf('x-replay-id')
  const item = textOf('x-replay-item')
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(replayId) || !/^\d{1,19}$/.test(item)) return null
  const itemId = BigInt(item)
  if (itemId > maxId) return null
  const attempt = textOf('x-replay-attempt')
  return { replayId, itemId, attempt: /^\d{1,6}$/.test(attempt) ? Number(attempt) : 1 }
}
