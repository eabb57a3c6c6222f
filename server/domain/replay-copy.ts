import type { RawHeader } from './dead-letter.ts'
import { failureHeaders } from './dead-letter-conventions.ts'

/** Headers that Spillway adds to a copy, and what they mean. */
export const lineageHeaders = {
  'x-replay-id': 'The replay that sent this copy',
  'x-replay-number': 'Its number, for people',
  'x-replay-item': 'Its item in the replay',
  'x-replay-source': 'The dead letter of which this is a copy: topic@partition@offset',
  'x-replay-attempt': 'How often this message has been replayed',
  'x-replay-at': 'When the copy was sent, ISO 8601',
} as const

export type NewLineage = { readonly [name in keyof typeof lineageHeaders]: string }

/**
 * Whether a header is left out of a copy: failure headers of any convention (a record may have died under two), and
 * the lineage of an earlier replay. Left in, Spring would count the old attempts and give up at once.
 */
export const isStripped = (name: string): boolean =>
  Object.hasOwn(lineageHeaders, name) || Object.values(failureHeaders).some((pattern) => pattern.test(name))

/**
 * The headers of a replayed copy: those of the letter in their exact order with duplicates and null values, without
 * failure headers, then the lineage. Values are the same bytes.
 */
export const makeCopyHeaders = (headers: readonly RawHeader[], lineage: NewLineage): readonly RawHeader[] => [
  ...headers.filter(({ name }) => !isStripped(name)),
  ...Object.entries(lineage).map(([name, value]) => ({ name, value: Buffer.from(value, 'utf8') })),
]

/** Which copy a record is, by its lineage headers. */
export type Lineage = { readonly replayId: string; readonly itemId: bigint; readonly attempt: number }

const maxId = 2n ** 63n - 1n

/** Reads the lineage of a record; the last of equal headers counts. Null where there is none or it is not well-formed. */
export const readLineage = (headers: readonly RawHeader[]): Lineage | null => {
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
