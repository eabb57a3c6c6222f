import type { DispositionKind } from '#server/contracts/choices.ts'
import type { KinVerdict } from './judge-kin.ts'
import type { PlanFindingCode } from './plan-findings.ts'

/** What is known of one letter when a replay is planned. */
export type Candidate = {
  readonly targetTopic: string | null
  readonly targetExists: boolean
  readonly targetIsDeadLetterTopic: boolean
  /** The user of the connection may not write to it. */
  readonly targetIsDenied?: boolean
  /** The target is one of the broker's own topics. */
  readonly targetIsInternal?: boolean
  readonly targetIsCompacted?: boolean
  /** Null: the record is not in the dead-letter topic any more, and there is none that died in its place. */
  readonly record: {
    readonly isTombstone: boolean
    /** The message that died is still there and was a tombstone, too. */
    readonly originIsTombstone?: boolean
    /** Key and value are null, also of the record that died where that is known. */
    readonly isEmpty?: boolean
    /** The message that died can not be had any more, or nothing says where it stands. */
    readonly originIsGone?: boolean
    /** It could not be asked for now. */
    readonly originIsUnreadable?: boolean
    readonly isKeyless?: boolean
    readonly sizeBytes: number
    readonly hasReplyTopic: boolean
  } | null
  /** The record is gone, and the one that died could not be asked for now. */
  readonly isLostOriginUnreadable?: boolean
  readonly maxMessageBytes: number | null
  /** What a person has decided about it; null or left out: nothing. */
  readonly disposition?: DispositionKind | null
  readonly lastOutcome: string | null
  /** It was replayed as often as a message may be. */
  readonly isLooping?: boolean
  /** The target refuses the timestamp of the message that died, which the copy would keep. */
  readonly isTimestampRefused?: boolean
  /** What copies of its message say against sending it, also those of its other letters. */
  readonly kin?: {
    readonly kind: KinVerdict['kind']
    readonly isOwn: boolean
    readonly isEdited: boolean
  } | null
}

const stillOpen = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

/**
 * Why a letter must not be sent, or null when it may. Order matters: the first reason is the one an operator can do
 * something about.
 */
export const refusalOf = (candidate: Candidate): PlanFindingCode | null => {
  const { targetTopic, record, lastOutcome, kin = null } = candidate
  if (candidate.disposition) return candidate.disposition
  if (record === null) return candidate.isLostOriginUnreadable ? 'origin-unreadable' : 'expired'
  if (targetTopic === null) return 'origin-unknown'
  if (candidate.targetIsDeadLetterTopic) return 'target-is-dead-letter-topic'
  if (candidate.targetIsInternal) return 'target-internal'
  if (!candidate.targetExists) return 'target-missing'
  if (candidate.targetIsDenied) return 'target-denied'
  if (lastOutcome !== null && stillOpen.has(lastOutcome)) return 'being-replayed'
  if (lastOutcome === 'SETTLED') return 'already-settled'
  if (kin?.kind === 'settled') return kin.isOwn ? 'already-settled' : 'kin-settled'
  if (kin?.kind === 'open') return kin.isOwn ? 'being-replayed' : 'kin-open'
  if (candidate.isLooping) return 'loop-cap'
  if (kin?.kind === 'other-version-unknown') return kin.isEdited ? 'edited-copy-unproven' : 'copy-unproven'
  if (record.isEmpty && record.originIsGone) return 'unrecoverable'
  if (record.isTombstone && record.originIsUnreadable) return 'origin-unreadable'
  if (record.isEmpty && record.originIsTombstone) return 'origin-empty'
  if (record.isTombstone && !record.originIsTombstone) return 'tombstone'
  if (candidate.targetIsCompacted && record.isKeyless) return 'keyless'
  if (candidate.isTimestampRefused) return 'timestamp-refused'
  if (candidate.maxMessageBytes !== null && record.sizeBytes > candidate.maxMessageBytes) return 'too-large'
  return null
}
