import type { RequeueAction } from '#server/contracts/choices.ts'
import { byHeaderNames } from './by-header-names.ts'
import type { RawHeader } from './dead-letter.ts'
import { deadLetterConventions } from './dead-letter-conventions.ts'
import { type DeadLetterRules, defaultDeadLetterRules } from './dead-letter-rules.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { remember } from './remember.ts'
import { requeueHeader } from './requeue.ts'
import { varintText } from './varint.ts'

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

type LineageHeader = keyof typeof lineageHeaders
/** Values are of ASCII: topics have no other names. */
export type NewLineage = {
  readonly [name in Exclude<LineageHeader, 'x-replay-origin-at'>]: string
} & { readonly 'x-replay-origin-at': string | null }

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
  lineage: NewLineage,
  rules?: DeadLetterRules,
): readonly RawHeader[] => {
  const isStripped = makeStripTest(headers, rules)
  const kept: RawHeader[] = []
  for (const header of headers) if (!isStripped(header.name)) kept.push(header)
  addLineage(kept, lineage)
  return kept
}

/** The headers of a requeued copy: those of the waiting record with its failure headers, then the lineage. */
export const makeRequeuedHeaders = (
  headers: readonly RawHeader[],
  lineage: NewLineage,
  action: RequeueAction,
): readonly RawHeader[] => {
  const kept = headers.filter(({ name }) => !isOfReplay(name))
  addLineage(kept, { ...lineage, [requeueHeader]: action })
  return kept
}

const addLineage = (headers: RawHeader[], values: Readonly<Record<string, string | null>>): void => {
  for (const name in values) {
    const value = values[name]
    if (typeof value === 'string') headers.push({ name, value: Buffer.from(value, 'latin1') })
  }
}

/** Headers as a record holds them: a text of their bytes (latin-1), and how many they are. */
export type LineageText = { readonly text: string; readonly count: number }

const lengths = Array.from({ length: 512 }, (_, length) => varintText(length))
const writtenText = (text: string): string => (lengths[text.length] ?? varintText(text.length)) + text
const writtenLineageName = remember(writtenText)

/** The lineage that `makeCopyHeaders` adds, as it is written in a record: seven headers of a copy are one text. */
export const writeLineage = (values: NewLineage): LineageText => {
  let text = ''
  let count = 0
  for (const name in values) {
    const value = values[name as LineageHeader]
    if (value === null) continue
    text += writtenLineageName(name) + writtenText(value)
    count += 1
  }
  return { text, count }
}

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
