import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import type { TimestampOf } from './dead-letter.ts'

export type DeathTime = {
  readonly diedAtMs: number
  readonly deathTimeSource: DeadLetterRow['deathTimeSource']
}

const dayMs = 86_400_000

/**
 * When a letter counts as having died, where its time of death is or may be that of the message that died: a backlog that
 * dies today would count as long before. Null where it counts by its time of death, also where it may have come long
 * before the index read it.
 */
export const arrivalOf = (
  { deathTimeSource }: DeathTime,
  wasSeenComing: boolean,
  nowMs: number,
): number | null =>
  wasSeenComing && (deathTimeSource === 'origin' || deathTimeSource === 'unknown') ? nowMs : null

/** What the headers tell of the time of death: what the record's timestamp is that of, and the time where it is written. */
export type ToldTime = {
  readonly timestampOf: TimestampOf
  readonly death: { readonly diedAt?: { readonly value: string } }
}

/**
 * When a letter died, as far as its record tells, and what tells it. Wolverine, MassTransit and NServiceBus write the
 * time into a header. Of the others most leave the timestamp to the producer, so it is that of the death; Connect
 * (`DeadLetterQueueReporter`) and Streams copy the origin record's. A broker that stamps on arrival tells it for all of
 * them. An absurd timestamp is replaced by the time of indexing. Null for a letter of no known convention.
 */
export const deathTimeOf = (
  told: ToldTime | null,
  record: { readonly timestampMs: bigint; readonly timestampType: 'create' | 'log-append' },
  nowMs: number,
): DeathTime => {
  const isPossible = (atMs: number) => atMs > 0 && atMs < nowMs + dayMs
  const diedAtMs = Number(told?.death.diedAt?.value ?? 0)
  if (isPossible(diedAtMs)) return { diedAtMs, deathTimeSource: 'header' }
  const timestampMs = Number(record.timestampMs)
  if (!isPossible(timestampMs)) return { diedAtMs: nowMs, deathTimeSource: 'indexed' }
  if (record.timestampType === 'log-append') return { diedAtMs: timestampMs, deathTimeSource: 'record' }
  const bySource = { death: 'record', origin: 'origin', unknown: 'unknown' } as const
  return { diedAtMs: timestampMs, deathTimeSource: bySource[told?.timestampOf ?? 'unknown'] }
}
