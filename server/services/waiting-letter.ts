import { keyTextOf } from '#server/domain/dead-letter-key.ts'
import { ruleOfHeader } from '#server/domain/edit-headers.ts'
import { readLetterFacts } from '#server/domain/letter-facts.ts'
import { dueAtOf, type RetryConvention, retryConventionOf } from '#server/domain/requeue.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { LatestCopy } from '#server/repositories/replay-clusters.ts'
import type { Connection } from './deps.ts'

/** A record that waits in a retry topic, told as a letter: it is one that has not died yet. */
export type WaitingLetter = {
  readonly letter: LetterRecord
  readonly convention: RetryConvention | null
  readonly dueAtMs: number | null
  /** Headers by which a consumer may know a message that it has processed. */
  readonly idHeaders: readonly string[]
}

const neverStripped = () => false

/** What is known of a waiting record, without its bytes. Its id is given when a plan registers it. */
export const waitingLetterOf = (
  { id, deadLetterRules }: Connection,
  message: RawMessage,
  latest: LatestCopy | undefined,
): WaitingLetter => {
  const { topic, partition, offset, headers, key, timestampMs } = message
  const facts = readLetterFacts(id, message, deadLetterRules)
  return {
    convention: retryConventionOf(message),
    dueAtMs: dueAtOf(message),
    idHeaders: headers.flatMap(({ name }) =>
      ruleOfHeader(name, neverStripped).rule === 'new-id' ||
      /^(idempotency[_-]?key|event[_-]?id)$/i.test(name)
        ? name
        : [],
    ),
    letter: {
      id: 0n,
      failureGroupId: '',
      topic,
      partition,
      offset,
      diedAtMs: Number(timestampMs),
      deathTimeSource: 'record',
      keyText: keyTextOf(key),
      convention: facts.convention,
      confidence: facts.confidence,
      isPointer: facts.isPointer,
      earlierDeaths: facts.earlierDeaths,
      originTopic: facts.originTopic,
      originPartition: facts.originPartition,
      originOffset: facts.originOffset,
      originAtMs: null,
      group: facts.group,
      errorClass: facts.errorClass,
      rootCause: facts.rootCause,
      message: facts.message,
      attempts: facts.attempts,
      traceId: traceIdOfHeaders(headers),
      copyOf: null,
      lastReplayId: latest?.replayId ?? null,
      lastOutcome: latest?.outcome ?? null,
      lastSentAtMs: latest?.sentAtMs ?? null,
      disposition: null,
      parkedBy: null,
    },
  }
}

export type WaitingFilter = {
  readonly key?: string | undefined
  readonly q?: string | undefined
  readonly dueUntil?: number | undefined
}

/** Whether a waiting record is one of those that a filter names. */
export const fitsFilter = (
  { letter, dueAtMs }: WaitingLetter,
  { key, q, dueUntil }: WaitingFilter,
): boolean => {
  if (key !== undefined && letter.keyText !== key) return false
  if (dueUntil !== undefined && (dueAtMs === null || dueAtMs > dueUntil)) return false
  if (q === undefined) return true
  const told = [letter.keyText, letter.rootCause, letter.errorClass, letter.message]
  return told.some((one) => one?.toLowerCase().includes(q.toLowerCase()))
}

/** The convention by which most of some records wait; null where most wait by none. */
export const commonConvention = (all: readonly Pick<WaitingLetter, 'convention'>[]): RetryConvention | null =>
  [...Map.groupBy(all, ({ convention }) => convention)].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ??
  null
