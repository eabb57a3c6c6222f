import { byHeaderNames } from './by-header-names.ts'
import type { DecodedDeadLetter, RawHeader } from './dead-letter.ts'
import { type DeadLetterRules, defaultDeadLetterRules } from './dead-letter-rules.ts'
import { decodeDeadLetter, findOriginTime, type OriginTimeAt } from './decode-dead-letter.ts'
import { readFact } from './read-deaths.ts'

/** Which timestamp copies have: that of sending, or that of the message that died. */
export type TimestampRule = 'now' | 'keep'

type Stamped = {
  readonly headers: readonly RawHeader[]
  readonly timestampMs: bigint
  readonly timestampType?: 'create' | 'log-append' | undefined
}

/** Longer than any time, and than any topic's name (249), which tells hops apart. */
const longValueBytes = 300

/** Without stack traces and the like: reading them costs more than all else of a copy, and they tell no time. */
const withoutLongValues = (headers: readonly RawHeader[]): readonly RawHeader[] =>
  headers.map((header) =>
    header.value !== null && header.value.length > longValueBytes ? { ...header, value: null } : header,
  )

/**
 * The timestamp of the message that died, in milliseconds since the epoch: by the letter's headers, or the letter's own
 * where its framework keeps that. Null: nothing tells.
 */
export const originTimestampOf = (
  { headers, timestampMs, timestampType }: Stamped,
  rules: DeadLetterRules = defaultDeadLetterRules,
): bigint | null => {
  const at = originTimeAt(headers, rules)
  if (at) return originTimestampAt(at, (index) => headers[index], { timestampMs, timestampType })
  const decoded = decodeDeadLetter(withoutLongValues(headers), undefined, rules)
  const told = decoded?.death.originTimestamp?.value
  return timestampOf(told, decoded?.timestampOf, { timestampMs, timestampType })
}

/** `originTimestampOf` for a letter of which it is known where it tells its time. */
export const originTimestampAt = (
  at: OriginTimeAt,
  headerAt: (index: number) => RawHeader | undefined,
  stamped: Omit<Stamped, 'headers'>,
): bigint | null => timestampOf(toldAt(at, headerAt), at.timestampOf, stamped)

const timestampOf = (
  told: string | number | undefined,
  rule: OriginTimeAt['timestampOf'] | undefined,
  { timestampMs, timestampType }: Omit<Stamped, 'headers'>,
): bigint | null => {
  if (told !== undefined && BigInt(told) >= 0n) return BigInt(told)
  // A topic may give every record the time of its arrival instead.
  const isKept = rule === 'origin' && timestampType !== 'log-append'
  return isKept && timestampMs >= 0n ? timestampMs : null
}

/** Dates beyond this year are no times of messages. */
const latestMs = BigInt(Date.UTC(9999, 0))

/**
 * `originTimestampOf` for a letter whose headers are decoded already, as a number: null as well where it is no time of
 * this or the last millennia.
 */
export const originTimeOf = (
  decoded: Pick<DecodedDeadLetter, 'death' | 'timestampOf'> | null,
  { timestampMs, timestampType }: Omit<Stamped, 'headers'>,
): number | null => {
  const told = BigInt(decoded?.death.originTimestamp?.value ?? -1)
  const isKept = decoded?.timestampOf === 'origin' && timestampType !== 'log-append'
  const atMs = told >= 0n ? told : isKept ? timestampMs : -1n
  return atMs >= 0n && atMs < latestMs ? Number(atMs) : null
}

const originTimeAt = byHeaderNames(findOriginTime)

const toldAt = (
  { places }: OriginTimeAt,
  headerAt: (index: number) => RawHeader | undefined,
): string | undefined => {
  for (const { index, rule } of places) {
    const header = headerAt(index)
    const fact = header ? readFact('originTimestamp', rule, header, index) : null
    if (fact) return String(fact.value)
  }
  return undefined
}

/** What the target's settings say of timestamps, in milliseconds; null: no limit, or not known. */
export type TimestampLimits = {
  readonly isLogAppendTime: boolean
  readonly mostBeforeMs: number | null
  readonly mostAfterMs: number | null
  readonly retentionMs: number | null
}

export type TimestampProblem =
  | 'timestamp-refused'
  | 'timestamp-expired'
  | 'timestamp-ignored'
  | 'timestamp-unknown'

/** What speaks against sending a copy with the timestamp of the message that died. */
export const judgeTimestamp = (
  originMs: bigint | null,
  limits: TimestampLimits,
  nowMs: number,
): TimestampProblem | null => {
  if (limits.isLogAppendTime) return 'timestamp-ignored'
  if (originMs === null) return 'timestamp-unknown'
  const ageMs = nowMs - Number(originMs)
  if (limits.mostBeforeMs !== null && ageMs > limits.mostBeforeMs) return 'timestamp-refused'
  if (limits.mostAfterMs !== null && -ageMs > limits.mostAfterMs) return 'timestamp-refused'
  if (limits.retentionMs !== null && ageMs > limits.retentionMs) return 'timestamp-expired'
  return null
}

/** Reads the settings of a topic that bound timestamps. */
export const readTimestampLimits = (settingOf: (name: string) => string | null): TimestampLimits => {
  const numberOf = (name: string): number | null => {
    const value = Number(settingOf(name) ?? Number.NaN)
    // The defaults are 2^63 - 1: no limit.
    return Number.isNaN(value) || value < 0 || value > Number.MAX_SAFE_INTEGER ? null : value
  }
  const deletes = (settingOf('cleanup.policy') ?? 'delete').includes('delete')
  return {
    isLogAppendTime: settingOf('message.timestamp.type') === 'LogAppendTime',
    mostBeforeMs: numberOf('message.timestamp.before.max.ms'),
    mostAfterMs: numberOf('message.timestamp.after.max.ms'),
    retentionMs: deletes ? numberOf('retention.ms') : null,
  }
}
