import type { PlanFindingCode } from './plan-findings.ts'

/** What is known of one letter when a replay is planned. */
export type Candidate = {
  readonly targetTopic: string | null
  readonly targetExists: boolean
  readonly targetIsDeadLetterTopic: boolean
  /** Null: the record is not in the dead-letter topic any more. */
  readonly record: {
    readonly isTombstone: boolean
    readonly sizeBytes: number
    readonly hasReplyTopic: boolean
  } | null
  readonly maxMessageBytes: number | null
  readonly lastOutcome: string | null
}

const stillOpen = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

/**
 * Why a letter must not be sent, or null when it may. Order matters: the first reason is the one an operator can do
 * something about.
 */
export const refusalOf = (candidate: Candidate): PlanFindingCode | null => {
  const { targetTopic, record, lastOutcome } = candidate
  if (record === null) return 'expired'
  if (targetTopic === null) return 'origin-unknown'
  if (candidate.targetIsDeadLetterTopic) return 'target-is-dead-letter-topic'
  if (!candidate.targetExists) return 'target-missing'
  if (lastOutcome !== null && stillOpen.has(lastOutcome)) return 'being-replayed'
  if (lastOutcome === 'SETTLED') return 'already-settled'
  if (record.isTombstone) return 'tombstone'
  if (candidate.maxMessageBytes !== null && record.sizeBytes > candidate.maxMessageBytes) return 'too-large'
  return null
}
