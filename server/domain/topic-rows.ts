import type { TopicFilter, TopicListQuery, TopicRow } from '#server/contracts/topics.ts'

/** What the sources told about one topic; null or undefined where one of them did not answer. */
export type TopicFacts = {
  readonly name: TopicRow['name']
  readonly kind: TopicRow['kind']
  readonly partitions: readonly {
    readonly leader: number | null
    readonly replicas: readonly number[]
    readonly inSync: readonly number[]
  }[]
  readonly offsets: readonly { readonly start: bigint; readonly end: bigint }[] | null
  readonly settings: readonly { readonly name: string; readonly value: string | null }[] | null
  readonly producedPerSecond: number | null
  readonly sizeBytes: bigint | null
  /** Timestamps of the newest records of its partitions; null where the broker did not tell. */
  readonly lastTimes: Iterable<bigint | null> | null
  readonly groups: readonly { readonly group: string; readonly lag: bigint; readonly state: string }[] | null
}

/** The largest date that there is; a record may claim any time. */
const latestDateMs = 8_640_000_000_000_000n

/** The newest of several times as milliseconds since the epoch, without those that are no dates. */
export const newestOf = (times: Iterable<bigint | null>): number | null => {
  let newest: bigint | null = null
  for (const time of times)
    if (time !== null && time >= 0n && time <= latestDateMs && (newest === null || time > newest))
      newest = time
  return newest === null ? null : Number(newest)
}

/** One row of the topic list. 64-bit numbers become decimal text; a figure that nobody told is null. */
export const topicRowOf = (facts: TopicFacts): TopicRow => {
  const { partitions, offsets } = facts
  const setting = (name: string) => facts.settings?.find((one) => one.name === name)?.value ?? null
  const cleanupPolicy = setting('cleanup.policy') ?? ''
  const lags = (facts.groups ?? []).map(({ lag }) => lag)
  return {
    name: facts.name,
    kind: facts.kind,
    partitions: partitions.length,
    replicationFactor: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
    underReplicated: partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length).length,
    offline: partitions.filter(({ leader }) => leader === null).length,
    messages: offsets ? offsets.reduce((sum, { start, end }) => sum + end - start, 0n).toString() : null,
    messagesAreUpperBound: cleanupPolicy.includes('compact'),
    producedPerSecond: facts.producedPerSecond,
    sizeBytes: facts.sizeBytes?.toString() ?? null,
    retentionMs: setting('retention.ms'),
    retentionBytes: setting('retention.bytes'),
    cleanupPolicy,
    lastMessageAt: facts.lastTimes && newestOf(facts.lastTimes),
    groups:
      facts.groups?.map(({ group, lag, state }) => ({
        group: group as NonNullable<TopicRow['groups']>[number]['group'],
        lagMessages: lag.toString(),
        state,
      })) ?? null,
    lagMessages:
      lags
        .reduce<bigint | null>((most, lag) => (most === null || lag > most ? lag : most), null)
        ?.toString() ?? null,
  }
}

const compare = <T extends bigint | number | string>(a: T | null, b: T | null, sign: 1 | -1): number => {
  // What nobody knows stands last in either direction.
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return a < b ? -sign : a > b ? sign : 0
}
const big = (text: string | null): bigint | null => (text === null ? null : BigInt(text))

const forEver = 2n ** 63n
const sortKeys = {
  name: ({ name }: TopicRow) => name as string,
  messages: ({ messages }: TopicRow) => big(messages),
  rate: ({ producedPerSecond }: TopicRow) => producedPerSecond,
  size: ({ sizeBytes }: TopicRow) => big(sizeBytes),
  lag: ({ lagMessages }: TopicRow) => big(lagMessages),
  partitions: ({ partitions }: TopicRow) => partitions,
  retention: ({ retentionMs, cleanupPolicy }: TopicRow) =>
    retentionMs === null
      ? null
      : retentionMs === '-1' || cleanupPolicy === 'compact'
        ? forEver
        : BigInt(retentionMs),
  last: ({ lastMessageAt }: TopicRow) => lastMessageAt,
} as const satisfies Record<TopicListQuery['sort'], (row: TopicRow) => bigint | number | string | null>

/** Rows in the asked order; equal ones by name, unknown figures last. The input stays as it is. */
export const sortTopicRows = (
  rows: readonly TopicRow[],
  sort: TopicListQuery['sort'],
  desc: boolean,
): TopicRow[] => {
  const key = sortKeys[sort]
  return [...rows].sort(
    (a, b) => compare(key(a), key(b), desc ? -1 : 1) || compare<string>(a.name, b.name, 1),
  )
}

const fits = {
  trouble: ({ offline, underReplicated }) => offline > 0 || underReplicated > 0,
  compacted: ({ cleanupPolicy }) => cleanupPolicy.includes('compact'),
  internal: ({ kind }) => kind === 'internal',
  'dead-letters': ({ kind }) => kind === 'dead-letter' || kind === 'retry',
  empty: ({ messages }) => messages === '0',
  unread: ({ groups }) => groups?.length === 0,
} as const satisfies Record<TopicFilter, (row: TopicRow) => boolean>

/** Whether a topic fits all filters, written apart by commas; what nobody told fits none. */
export const fitsFilters = (row: TopicRow, only: string): boolean =>
  only === '' || only.split(',').every((filter) => fits[filter as TopicFilter](row))

/** Whether a name matches what was typed: all words of it, anywhere, without regard to case. */
export const matchesName = (name: string, typed: string): boolean => {
  const lower = name.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word))
}
