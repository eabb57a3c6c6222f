import { type Processing, sayProcessing } from './judge-processing.ts'
import { sayCount } from './say-amounts.ts'

/** What is known of a group that was to read a copy. */
export type ReaderFacts = {
  readonly group: string
  /** What it has committed on the copy's partition; null: nothing. */
  readonly committed: bigint | null
  /** Of the broker just now; null: it could not be asked. */
  readonly described: { readonly members: number; readonly state: string; readonly protocol: string } | null
  readonly processing: Processing | null
}

export type UnknownFacts = {
  readonly targetTopic: string
  readonly targetPartition: number | null
  /** Null: the broker did not tell where the copy stands. */
  readonly targetOffset: bigint | null
  /** Names of all groups that were to read it, and what is known of those that have not. */
  readonly groups: readonly string[]
  readonly waiting: readonly ReaderFacts[]
  readonly waitedMs: number
  /** Why the copy can not be read at its place, as a sentence of the broker; null: it can, or nobody knows. */
  readonly missing: string | null
}

const minutes = (ms: number): string => `${Math.round(ms / 6_000) / 10} min`

/** Why nothing is known of a copy that was sent and of which no commit was seen for long. */
export const explainUnknown = (facts: UnknownFacts): string => {
  const { targetTopic, targetOffset, groups, waiting, waitedMs, missing } = facts
  if (groups.length === 0) return `sent, but no group is known that reads ${targetTopic}`
  const who = groups.join(' and ')
  if (targetOffset === null)
    return `sent to ${targetTopic}, but the broker did not tell at which offset: whether ${who} read it is not known`
  const late = waiting.length === 0 ? who : waiting.map(({ group }) => group).join(' and ')
  const base = `${late} ${waiting.length > 1 ? 'have' : 'has'} not committed past it within ${minutes(waitedMs)}`
  const reasons = waiting.map((one) => reasonOf(one, facts, waiting.length > 1))
  const why = reasons.length === 0 ? base : `${base}: ${reasons.join('; ')}`
  return missing === null
    ? why
    : `${why} · the copy can not be read by who reads committed messages: ${missing.replace(/\.$/, '')}`
}

const reasonOf = (
  { group, committed, described, processing }: ReaderFacts,
  { targetTopic, targetPartition, targetOffset }: UnknownFacts,
  isOneOfMany: boolean,
): string => {
  const who = isOneOfMany ? group : 'it'
  if (described?.protocol === 'share')
    return `${who} is a share group, whose progress does not tell whether a record was accepted or rejected, and no span without error was found`
  if (processing && processing.verdict !== 'clean') return `its ${sayProcessing(processing)}`
  const span = processing
    ? ` · ${sayProcessing(processing)}, but without a commit it will be delivered again`
    : ''
  if (described?.state === 'dead') return `the broker knows no group ${group}${span}`
  if (described?.members === 0) return `${who} has no members${span}`
  if (committed === null)
    return `${who} keeps no offset on ${targetTopic} ${targetPartition}, perhaps it keeps them outside Kafka, and no span of it tells that it processed the copy`
  return `${who} stands at ${sayCount(committed)}, the copy at ${sayCount(targetOffset ?? 0n)}${span}`
}
