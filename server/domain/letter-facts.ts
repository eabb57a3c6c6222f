import { hash } from 'node:crypto'
import type { Convention } from '#server/contracts/convention-titles.ts'
import type { ConfidenceLevel } from '#server/contracts/conventions.ts'
import type { DecodedDeadLetter, RawHeader } from './dead-letter.ts'
import { type FoundOrigin, findOrigin } from './dead-letter-origin.ts'
import { type DeadLetterRules, defaultDeadLetterRules } from './dead-letter-rules.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { chooseFailureClass, isWrapper } from './failure-class.ts'
import { type FingerprintRule, identifyFailure, shortFrame } from './fingerprint.ts'
import { judgeConfidence } from './judge-confidence.ts'
import { markApplicationLines } from './read-stack.ts'
import { remember } from './remember.ts'
import { type Lineage, readLineage } from './replay-copy.ts'
import { isParked } from './requeue.ts'
import { mayBeTopicId, type TopicNameOf } from './topic-identity.ts'

const longestMessageChars = 2_000
const longestStackChars = 64 * 1024

/** What of a record tells about its death. */
export type LetterSource = {
  readonly topic: string
  readonly headers: readonly RawHeader[]
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** What the index keeps of a dead letter, beside its coordinates. */
export type LetterFacts = {
  readonly decoded: DecodedDeadLetter | null
  readonly origin: FoundOrigin
  readonly convention: Convention
  readonly confidence: ConfidenceLevel
  readonly originTopic: string | null
  readonly originPartition: number | null
  readonly originOffset: bigint | null
  readonly group: string | null
  /** The class that the framework named, past its wrappers where it names more than those. */
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly frame: string | null
  readonly stack: string | null
  readonly attempts: number | null
  /** Deaths before the newest of which its headers tell. */
  readonly earlierDeaths: number
  /** The record holds no payload and points to its origin (KIP-1191): sent again as it is, it would be a null. */
  readonly isPointer: boolean
  /** From the lineage headers of a replayed copy that died again. */
  readonly lineage: Lineage | null
  /** Sixteen hexadecimal digits: dead letters with equal ones are one failure group. */
  readonly failureGroupId: string
  /** Of 64 bits: dead letters with equal ones died of the same error, whatever their topics, groups and failure groups. */
  readonly errorKey: bigint
}

/** A wrapper's message says that something failed; the root cause's says what. */
const messageOf = (death: DecodedDeadLetter['death'] | undefined, rootMessage: string | null) => {
  const told = death?.message?.value ?? null
  const isOfWrapper = death?.errorClass !== undefined && isWrapper(death.errorClass.value)
  return (isOfWrapper ? (rootMessage ?? told) : (told ?? rootMessage))?.slice(0, longestMessageChars) ?? null
}

/** The origin by its name, where a share group wrote the topic's id. */
const withName = (
  decoded: DecodedDeadLetter | null,
  origin: FoundOrigin,
  topicNameOf: TopicNameOf | undefined,
): FoundOrigin => {
  const id = decoded?.mayPoint === true ? decoded.death.originTopic?.value : undefined
  const name = id !== undefined && mayBeTopicId(id) ? topicNameOf?.(id) : undefined
  return name ? { ...origin, originTopic: { value: name, from: 'header' } } : origin
}

/**
 * The fingerprint of a failure from the parts that make it. Letters that say nothing of their failure are kept apart by
 * their topic at least: `unrecognisedIn`.
 */
export const fingerprintOf = (
  connection: string,
  parts: readonly string[],
  unrecognisedIn: string | null,
): string => shortHashOf(JSON.stringify([connection, ...parts, unrecognisedIn ?? '']))

/** The key of an error from the parts that make it: see `identifyFailure`. */
export const errorKeyOf = (parts: readonly string[]): bigint => longOf(JSON.stringify(parts))

const shortHashOf = remember((text) => hash('sha256', text).slice(0, 16))
const longOf = remember((text) => hash('sha256', text, 'buffer').readBigInt64BE())

/**
 * Reads all that the index keeps from a record. Never throws: what is not known is null. `topicNameOf` tells the topic
 * of an id that stands in its place; `rule` is the operator's for its topic, where there is one.
 */
export const readLetterFacts = (
  connection: string,
  { topic, headers, key, value }: LetterSource,
  rules: DeadLetterRules = defaultDeadLetterRules,
  topicNameOf?: TopicNameOf,
  rule?: FingerprintRule,
): LetterFacts => {
  const decoded = decodeDeadLetter(headers, topic, rules)
  const death = decoded?.death
  const origin = withName(decoded, findOrigin(decoded, topic, rules.mappings), topicNameOf)
  const stack = death?.stack?.value.slice(0, longestStackChars) ?? null
  const told = { causeClass: death?.causeClass?.value, errorClass: death?.errorClass?.value }
  const originTopic = origin.originTopic?.value ?? null
  const group = origin.group?.value ?? null
  const { rootCause, rootMessage, frame, parts, errorParts } = identifyFailure(
    {
      ...told,
      message: death?.message?.value,
      stack: stack ?? undefined,
      originTopic: originTopic ?? undefined,
      group: group ?? undefined,
    },
    rule,
  )
  const message = messageOf(death, rootMessage)
  return {
    decoded,
    origin,
    convention: decoded?.convention ?? 'unrecognised',
    confidence: judgeConfidence({ decoded, origin, topic }),
    originTopic,
    originPartition: death?.originPartition?.value ?? null,
    originOffset: death?.originOffset ? BigInt(death.originOffset.value) : null,
    group,
    errorClass:
      chooseFailureClass([told.causeClass, told.errorClass]) ?? told.causeClass ?? told.errorClass ?? null,
    rootCause,
    message,
    frame: frame === null ? null : shortFrame(frame),
    stack,
    attempts: death?.attempts?.value ?? null,
    earlierDeaths: decoded?.history.length ?? 0,
    isPointer: decoded?.mayPoint === true && key === null && value === null,
    // Parked by hand it is what was to come of the copy, and no copy that came back.
    lineage: isParked(headers) ? null : readLineage(headers),
    failureGroupId: fingerprintOf(connection, parts, decoded === null ? topic : null),
    errorKey: errorKeyOf(errorParts),
  }
}

const shownLines = 400

/** Lines of a stack trace, the application's frames marked. At most 400. */
export const stackLines = (stack: string | null): { text: string; application: boolean }[] => {
  if (stack === null || stack === '') return []
  const lines = stack.trimEnd().split(/\r?\n/, shownLines)
  const marks = markApplicationLines(stack)
  return lines.map((text, at) => ({ text, application: marks[at] === true }))
}
