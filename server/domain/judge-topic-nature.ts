import { type Convention, titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { RawHeader } from './dead-letter.ts'
import { readEncoded } from './header-encoding.ts'
import { sayMany } from './say-amounts.ts'

/** What one sampled record showed. */
export type SampledRecord = {
  /** The convention by which it decodes as a dead letter; null: by none. */
  readonly convention: Convention | null
  /** Whether applications use headers of these names, too. */
  readonly hasCommonNames: boolean
  /** Where its headers say that it died last. */
  readonly origin: string | null
  /** How long it was to wait before the next try, as its headers say; null where they do not. */
  readonly delayMs: number | null
}

export type TopicVerdict = 'dead-letter' | 'proposed' | 'retry' | 'ordinary' | 'empty'

export type TopicNature = {
  readonly verdict: TopicVerdict
  /** In words: 20 of 20 sampled records carry Kafka Connect's failure headers. */
  readonly why: string
  readonly records: number
  readonly letters: number
  /** Most frequent first. */
  readonly conventions: readonly Convention[]
  readonly origins: readonly string[]
  readonly delayMs: number | null
}

/** So much of a sample must be dead letters: a few may have been written by hand. */
const enough = 0.8
/** A dead letter's own due time is now; one that is to wait is due later than the record was written. */
const leastDelayMs = 20

const byFrequency = <T extends string>(all: readonly T[]): T[] =>
  [...Map.groupBy(all, (one) => one)]
    .sort(([a, mine], [b, others]) => others.length - mine.length || (a < b ? -1 : 1))
    .map(([one]) => one)

/**
 * How long a record waits in its topic: Spring writes when the next try is due, of which the last counts; SmallRye reads
 * the delay from the end of the retry topic's name. Null: not told.
 */
export const readDelay = (
  topic: string,
  headers: readonly RawHeader[],
  timestampMs: bigint,
): number | null => {
  const due = headers.findLast(({ name }) => name === 'retry_topic-backoff-timestamp')?.value
  const dueMs = due ? readEncoded(due, 'big-integer') : undefined
  if (dueMs !== undefined) {
    const delayMs = Number(BigInt(dueMs) - timestampMs)
    return delayMs >= leastDelayMs && delayMs < 7 * 86_400_000 ? delayMs : null
  }
  const named = /_(\d{1,9})$/.exec(topic)?.[1]
  return named !== undefined && headers.some(({ name }) => name === 'delayed-retry-topic')
    ? Number(named)
    : null
}

/**
 * What a topic is, by its newest records. One whose records nearly all carry failure headers that only a framework
 * writes holds dead letters; where applications use such names as well it is proposed only. Records that were to wait
 * for another try, or a name like that of a retry topic, make it a retry topic. Records that died in this very topic do
 * not count: somebody has sent them back with all their headers.
 */
export const judgeTopicNature = (
  topic: string,
  sample: readonly SampledRecord[],
  isNamedLikeRetry: boolean,
): TopicNature => {
  const letters = sample.filter(({ convention, origin }) => convention !== null && origin !== topic)
  const conventions = byFrequency(letters.flatMap(({ convention }) => convention ?? []))
  const delays = letters.flatMap(({ delayMs }) => delayMs ?? [])
  const facts = {
    records: sample.length,
    letters: letters.length,
    conventions,
    origins: byFrequency(letters.flatMap(({ origin }) => origin ?? [])).slice(0, 20),
    delayMs: delays.length === 0 ? null : roundUp(Math.max(...delays)),
  }
  if (sample.length === 0) return { verdict: 'empty', why: 'There is no record in it yet.', ...facts }
  const titles = conventions.map(titleOfConvention)
  const headers = `${titles[0]}'s failure headers${titles.length > 1 ? ` or those of ${titles.slice(1).join(', ')}` : ''}`
  const share = `${letters.length} of ${sayMany(sample.length, 'sampled record')}`
  const carry = `${share} ${letters.length === 1 ? 'carries' : 'carry'} ${headers}`
  if (letters.length < enough * sample.length)
    return {
      verdict: 'ordinary',
      why: letters.length === 0 ? 'No sampled record carries failure headers.' : `Only ${carry}.`,
      ...facts,
    }
  const waiting = delays.length >= enough * letters.length
  if (waiting || isNamedLikeRetry)
    return {
      verdict: 'retry',
      why: waiting
        ? `${carry} and were to wait for another try.`
        : `It is named like a retry topic, and ${carry}.`,
      ...facts,
    }
  const sure = letters.filter(({ hasCommonNames }) => !hasCommonNames).length
  return sure >= enough * sample.length
    ? { verdict: 'dead-letter', why: `${carry}.`, ...facts }
    : { verdict: 'proposed', why: `${carry}; applications use headers of such names, too.`, ...facts }
}

/** A delay is measured between two clocks' times a few milliseconds apart: 2,000 for 1,997. */
const roundUp = (ms: number): number => (ms < 200 ? ms : Math.ceil(ms / 100) * 100)
