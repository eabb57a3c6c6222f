import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import type { LetterFacts } from './letter-facts.ts'

export type DeathTime = {
  readonly diedAtMs: number
  readonly deathTimeSource: DeadLetterRow['deathTimeSource']
}

const dayMs = 86_400_000

/**
 * When a letter died, as far as its record tells, and what tells it. Spring (`DeadLetterPublishingRecoverer`) and SmallRye
 * (`KafkaDeadLetterQueue`) leave the timestamp to the producer, so it is that of the death; Connect
 * (`DeadLetterQueueReporter`) copies the origin record's. A broker that stamps on arrival tells it for all of them. An
 * absurd timestamp is replaced by the time of indexing.
 */
export const deathTimeOf = (
  convention: LetterFacts['convention'],
  record: { readonly timestampMs: bigint; readonly timestampType: 'create' | 'log-append' },
  nowMs: number,
): DeathTime => {
  const timestampMs = Number(record.timestampMs)
  if (timestampMs <= 0 || timestampMs >= nowMs + dayMs) return { diedAtMs: nowMs, deathTimeSource: 'indexed' }
  if (record.timestampType === 'log-append') return { diedAtMs: timestampMs, deathTimeSource: 'record' }
  const bySource = { 'kafka-connect': 'origin', unrecognised: 'unknown' } as const
  const deathTimeSource =
    convention === 'kafka-connect' || convention === 'unrecognised' ? bySource[convention] : 'record'
  return { diedAtMs: timestampMs, deathTimeSource }
}
