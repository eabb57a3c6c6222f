import type { RequeueAction } from '#server/contracts/choices.ts'
import type { RawHeader } from './dead-letter.ts'
import { readEncoded } from './header-encoding.ts'
import type { ChainTopic, RetryChain } from './retry-chain.ts'
import { sayDuration } from './say-amounts.ts'

/** Conventions of retry topics of which it is known how a consumer decides when a record is due. */
export type RetryConvention = 'spring-retryable' | 'smallrye-retry'

/** What is looked at of a record in a retry topic. */
export type WaitingRecord = {
  readonly topic: string
  readonly headers: readonly RawHeader[]
  /** As the broker has it, milliseconds since the epoch. */
  readonly timestampMs: bigint
}

/** Added to a requeued copy. A letter that carries `park` was parked by hand: it is no copy that came back. */
export const requeueHeader = 'x-replay-requeue'
export const requeueHeaders = {
  [requeueHeader]: 'Why this copy was sent from a retry topic: skip-wait, last-retry or park',
} as const

const springDue = 'retry_topic-backoff-timestamp'
const springAttempts = 'retry_topic-attempts'
const smallryeCount = 'delayed-retry-count'

const lastOf = (headers: readonly RawHeader[], name: string): Uint8Array | null =>
  headers.findLast((header) => header.name === name)?.value ?? null

/**
 * By which convention a record waits in its topic; null: by none that is known. Spring's `@RetryableTopic` by its
 * headers; SmallRye's delayed retry by its headers and the delay at the end of the topic's name, without which its
 * consumer does not start.
 */
export const retryConventionOf = ({ topic, headers }: WaitingRecord): RetryConvention | null => {
  const has = (name: string) => headers.some((header) => header.name === name)
  if (has(springDue) || has(springAttempts)) return 'spring-retryable'
  return (has('delayed-retry-topic') || has(smallryeCount)) && smallryeDelayOf(topic) !== null
    ? 'smallrye-retry'
    : null
}

/** The delay that SmallRye reads from what stands behind the last underscore of a topic's name, in milliseconds. */
const smallryeDelayOf = (topic: string): number | null => {
  const digits = /_(\d{1,10})$/.exec(topic)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** What a date can hold, in milliseconds since the epoch. */
const latestMs = 8_640_000_000_000_000n

/**
 * When a waiting record is due, in milliseconds since the epoch; null: nothing tells. Spring waits until its header
 * `retry_topic-backoff-timestamp` (the last one; BigInteger of 1 to 8 bytes), SmallRye until the record's timestamp and
 * the delay of the topic.
 */
export const dueAtOf = (record: WaitingRecord): number | null => {
  const convention = retryConventionOf(record)
  if (convention === 'spring-retryable') {
    const bytes = lastOf(record.headers, springDue)
    const text = bytes === null ? undefined : readEncoded(bytes, 'big-integer')
    const dueMs = text === undefined ? null : BigInt(text)
    return dueMs === null || dueMs < 0n || dueMs > latestMs ? null : Number(dueMs)
  }
  if (convention === 'smallrye-retry' && record.timestampMs >= 0n)
    return Number(record.timestampMs) + (smallryeDelayOf(record.topic) ?? 0)
  return null
}

/** A number as Java's BigInteger.toByteArray() writes it: two's complement, big-endian, as few bytes as are needed. */
export const bigIntegerBytes = (value: bigint): Uint8Array => {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  const bytes = new Uint8Array(length)
  let rest = value
  for (let at = length - 1; at >= 0; at--) {
    bytes[at] = Number(BigInt.asUintN(8, rest))
    rest >>= 8n
  }
  return bytes
}

/** Sets the last of equal headers and leaves the others as they are; where there is none it comes last. */
const withLast = (headers: readonly RawHeader[], name: string, value: Uint8Array): readonly RawHeader[] => {
  const at = headers.findLastIndex((header) => header.name === name)
  return at < 0 ? [...headers, { name, value }] : headers.with(at, { name, value })
}

/** Where a chain's records may be sent to by hand. */
export type ChainEnds = {
  readonly origin: string
  /** Retry topics in their order. */
  readonly retries: readonly ChainTopic[]
  readonly lastRetry: ChainTopic | null
  readonly deadLetterTopic: string | null
}

/** The ends of a chain; of several dead-letter topics the one that is named after it. */
export const chainEndsOf = ({ origin, topics }: RetryChain): ChainEnds => {
  const retries = topics.filter(({ kind }) => kind === 'retry')
  const dead = topics.filter(({ kind }) => kind === 'dead-letter')
  return {
    origin,
    retries,
    lastRetry: retries.at(-1) ?? null,
    deadLetterTopic: (dead.find(({ by }) => by === 'name') ?? dead[0])?.topic ?? null,
  }
}

/** What is done with waiting records: where copies go and why there, or why it can not be done. */
export type RequeueRoute = {
  readonly action: RequeueAction
  readonly targetTopic: string | null
  /** What becomes of the copies. */
  readonly sentence: string
  /** Why there and so. */
  readonly why: string
  readonly refusedBecause: string | null
}

const unknownConvention =
  'The waiting records carry no retry headers of Spring or SmallRye: how their consumer decides when one is due is not known'

/** Where copies of the records that wait in a retry topic go by each action, and why. */
export const routeRequeue = (
  action: RequeueAction,
  topic: string,
  convention: RetryConvention | null,
  { origin, lastRetry, deadLetterTopic }: ChainEnds,
): RequeueRoute => {
  const refuse = (refusedBecause: string): RequeueRoute => ({
    action,
    targetTopic: null,
    sentence: '',
    why: '',
    refusedBecause,
  })
  const route = (targetTopic: string, sentence: string, why: string): RequeueRoute => ({
    action,
    targetTopic,
    sentence,
    why,
    refusedBecause: null,
  })
  const dies = deadLetterTopic === null ? 'is given up on' : `dies to ${deadLetterTopic}`
  if (action === 'park')
    return deadLetterTopic === null
      ? refuse('No dead-letter topic of this chain is known')
      : route(
          deadLetterTopic,
          `to ${deadLetterTopic} with all their headers: they stand in the inbox, marked as parked by hand`,
          'Origin, error and attempts are those of the last failure, as the framework wrote them. From the inbox they can be replayed later.',
        )
  if (convention === null) return refuse(unknownConvention)
  if (action === 'skip-wait')
    return convention === 'spring-retryable'
      ? route(
          origin,
          `to ${origin}, where nothing waits, without ${springDue}`,
          `Spring holds a whole partition of ${topic} until the first record in it is due: a copy there would stand behind its own original. The count of attempts is kept: what fails in ${origin} goes on with the attempts that are left. Every group that reads ${origin} gets the copies, not only the one that failed.`,
        )
      : route(
          topic,
          `to ${topic} again, with a timestamp that makes them due at once`,
          `SmallRye waits until a record's timestamp and the ${sayDuration(smallryeDelayOf(topic) ?? 0)} of the topic's name have passed, each record for itself, and only the group that failed reads ${topic}. The count of attempts is kept.`,
        )
  if (lastRetry === null) return refuse('No retry topic of this chain is known')
  if (lastRetry.topic === topic) return refuse(`${topic} is the last retry topic already`)
  const wait = delayOf(lastRetry, convention)
  return route(
    lastRetry.topic,
    `to ${lastRetry.topic}: tried once more ${wait === null ? 'when they would have been here' : `${sayDuration(wait)} after they are sent`}; what fails then ${dies}`,
    `As if every retry before had failed. ${convention === 'spring-retryable' ? `The count of attempts is kept; where the application uses ${lastRetry.topic} for several attempts, as many as are left are made there.` : `${smallryeCount} says that no further retry is left.`} They wait behind what waits there already.`,
  )
}

const delayOf = ({ topic, delayMs }: ChainTopic, convention: RetryConvention): number | null =>
  convention === 'smallrye-retry' ? smallryeDelayOf(topic) : delayMs

/** How a requeue makes its copies, frozen with its plan. */
export type RequeueRecipe = {
  readonly action: RequeueAction
  /** How long a record waits in the last retry topic; null: not known. */
  readonly lastRetryDelayMs: number | null
  /** How many retry topics the chain has. */
  readonly retries: number
}

/** What a worker has to know to make the copies of a requeue, kept with its plan. */
export const recipeOf = (action: RequeueAction, { retries, lastRetry }: ChainEnds): RequeueRecipe => ({
  action,
  lastRetryDelayMs: lastRetry?.delayMs ?? null,
  retries: retries.length,
})

/** A copy's headers before its lineage, and its timestamp in milliseconds since the epoch. */
export type RequeuedCopy = { readonly headers: readonly RawHeader[]; readonly timestampMs: bigint }

/**
 * The headers and timestamp of a requeued copy. All headers are kept in their order with duplicates and nulls; changed is
 * only what says when a record is due, and for SmallRye's last retry the count by which it knows that it is the last.
 */
export const requeueCopy = (
  record: WaitingRecord,
  { action, lastRetryDelayMs, retries }: RequeueRecipe,
  nowMs: bigint,
): RequeuedCopy => {
  const { headers } = record
  const convention = retryConventionOf(record)
  if (convention === 'spring-retryable') {
    if (action === 'skip-wait')
      return { headers: headers.filter(({ name }) => name !== springDue), timestampMs: nowMs }
    if (action === 'park')
      // What Spring writes on a dead letter itself: a consumer of that topic would wait for a time to come.
      return { headers: withLast(headers, springDue, bigIntegerBytes(nowMs)), timestampMs: nowMs }
    const dueMs = lastRetryDelayMs === null ? null : nowMs + BigInt(Math.round(lastRetryDelayMs))
    return {
      headers: dueMs === null ? headers : withLast(headers, springDue, bigIntegerBytes(dueMs)),
      timestampMs: nowMs,
    }
  }
  if (convention === 'smallrye-retry') {
    if (action === 'skip-wait')
      return { headers, timestampMs: nowMs - BigInt(smallryeDelayOf(record.topic) ?? 0) }
    if (action === 'last-retry')
      return {
        // Its consumer adds one to the count before it tries, and gives up when it has tried in every topic.
        headers: withLast(headers, smallryeCount, Buffer.from(String(Math.max(0, retries - 1)))),
        timestampMs: nowMs,
      }
  }
  return { headers, timestampMs: nowMs }
}

const textOf = (headers: readonly RawHeader[], name: string): string => {
  const value = lastOf(headers, name)
  return value === null ? '' : Buffer.from(value).toString('utf8')
}

/** Whether a record in a dead-letter topic was parked there by hand. */
export const isParked = (headers: readonly RawHeader[]): boolean => textOf(headers, requeueHeader) === 'park'

/** From where a letter was parked by hand, by which replay; null: it died. */
export const readParking = (
  headers: readonly RawHeader[],
): { readonly from: string; readonly replayId: string; readonly number: string } | null =>
  isParked(headers)
    ? {
        from: textOf(headers, 'x-replay-source'),
        replayId: textOf(headers, 'x-replay-id'),
        number: textOf(headers, 'x-replay-number'),
      }
    : null
