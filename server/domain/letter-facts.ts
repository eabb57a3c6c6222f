import { createHash } from 'node:crypto'
import type { DecodedDeadLetter, RawHeader } from './dead-letter.ts'
import { originByTopicName } from './dead-letter-origin.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { fingerprintParts, isFrameworkFrame, normaliseMessage, readStack, shortFrame } from './fingerprint.ts'
import { type Lineage, readLineage } from './replay-copy.ts'

const longestMessageChars = 2_000
const longestStackChars = 64 * 1024

/** What the index keeps of a dead letter, beside its coordinates. */
export type LetterFacts = {
  readonly decoded: DecodedDeadLetter | null
  readonly convention: DecodedDeadLetter['convention'] | 'unrecognised'
  readonly originTopic: string | null
  readonly originPartition: number | null
  readonly originOffset: bigint | null
  readonly group: string | null
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly normalisedMessage: string | null
  readonly frame: string | null
  readonly stack: string | null
  readonly attempts: number | null
  /** From the lineage headers of a replayed copy that died again. */
  readonly lineage: Lineage | null
  /** Sixteen hexadecimal digits: dead letters with equal ones are one failure group. */
  readonly failureGroupId: string
}

/** Reads all that the index keeps from a record's headers. Never throws: what is not known is null. */
export const readLetterFacts = (
  connection: string,
  topic: string,
  headers: readonly RawHeader[],
): LetterFacts => {
  const decoded = decodeDeadLetter(headers, topic)
  const death = decoded?.death
  const named = decoded === null ? originByTopicName(topic) : null
  const stack = death?.stack?.value.slice(0, longestStackChars) ?? null
  const fromStack = readStack(stack ?? '')
  const errorClass = death?.causeClass?.value ?? death?.errorClass?.value ?? null
  const message = death?.message?.value.slice(0, longestMessageChars) ?? null
  const originTopic = death?.originTopic?.value ?? named?.originTopic ?? null
  const group = death?.group?.value ?? named?.group ?? null
  const parts = fingerprintParts({
    ...(errorClass === null ? {} : { errorClass }),
    ...(message === null ? {} : { message }),
    ...(stack === null ? {} : { stack }),
    ...(originTopic === null ? {} : { originTopic }),
    ...(group === null ? {} : { group }),
  })
  // Letters that say nothing of their failure are kept apart by their topic at least.
  const identity = JSON.stringify([connection, ...parts, decoded === null ? topic : ''])
  return {
    decoded,
    convention: decoded?.convention ?? 'unrecognised',
    originTopic,
    originPartition: death?.originPartition?.value ?? null,
    originOffset: death?.originOffset ? BigInt(death.originOffset.value) : null,
    group,
    errorClass,
    rootCause: fromStack.rootCause ?? errorClass,
    message,
    normalisedMessage: message === null ? null : normaliseMessage(message).slice(0, 500),
    frame: fromStack.applicationFrame === undefined ? null : shortFrame(fromStack.applicationFrame),
    stack,
    attempts: death?.attempts?.value ?? null,
    lineage: readLineage(headers),
    failureGroupId: createHash('sha256').update(identity).digest('hex').slice(0, 16),
  }
}

const shownLines = 400

/** Lines of a stack trace as Java and Node print it, the application's frames marked. At most 400. */
export const stackLines = (stack: string | null): { text: string; application: boolean }[] =>
  stack === null || stack === ''
    ? []
    : stack
        .trimEnd()
        .split(/\r?\n/, shownLines)
        .map((text) => {
          const frame = /^\s*at (.+)$/.exec(text)?.[1]
          return { text, application: frame !== undefined && !isFrameworkFrame(frame) }
        })
