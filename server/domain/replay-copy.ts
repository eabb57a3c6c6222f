import type { RawHeader } from './dead-letter.ts'

/** Failure headers by convention: exact names, and prefixes that belong to a framework alone. */
const failureHeaders = {
  'spring-dead-letter': { prefixes: ['kafka_dlt-', 'retry_topic-'], names: [] },
  'kafka-connect': { prefixes: ['__connect.errors.'], names: [] },
  smallrye: {
    prefixes: [],
    names: [
      'dead-letter-topic',
      'dead-letter-partition',
      'dead-letter-offset',
      'dead-letter-reason',
      'dead-letter-cause',
      'dead-letter-exception-class-name',
      'dead-letter-cause-class-name',
    ],
  },
} as const satisfies Record<
  string,
  { readonly prefixes: readonly string[]; readonly names: readonly string[] }
>

/** Headers that Spillway adds to a copy, and what they mean. */
export const lineageHeaders = {
  'x-replay-id': 'The replay that sent this copy',
  'x-replay-item': 'Its item in the replay',
  'x-replay-source': 'The dead letter of which this is a copy: topic@partition@offset',
  'x-replay-at': 'When the copy was sent, ISO 8601',
} as const

export type Lineage = { readonly [name in keyof typeof lineageHeaders]: string }

/**
 * Whether a header is left out of a copy: failure headers of any convention (a record may have died under two), and
 * the lineage of an earlier replay. Left in, Spring would count the old attempts and give up at once.
 */
export const isStripped = (name: string): boolean =>
  name in lineageHeaders ||
  Object.values(failureHeaders).some(
    ({ prefixes, names }) =>
      prefixes.some((prefix) => name.startsWith(prefix)) || (names as readonly string[]).includes(name),
  )

/**
 * The headers of a replayed copy: those of the letter in their exact order with duplicates and null values, without
 * failure headers, then the lineage. Values are the same bytes.
 */
export const makeCopyHeaders = (headers: readonly RawHeader[], lineage: Lineage): readonly RawHeader[] => [
  ...headers.filter(({ name }) => !isStripped(name)),
  ...Object.entries(lineage).map(([name, value]) => ({ name, value: Buffer.from(value, 'utf8') })),
]
