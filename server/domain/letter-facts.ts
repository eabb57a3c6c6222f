import { createHash } from 'node:crypto'
import type { Death, DecodedDeadLetter, RawHeader } from './dead-letter.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { fingerprintParts, normaliseMessage, readStack } from './fingerprint.ts'

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
  readonly replayItemId: bigint | null
  /** Sixteen hexadecimal digits: dead letters with equal ones are one failure group. */
  readonly failureGroupId: string
}

const lastText = (headers: readonly RawHeader[], name: string): string | null => {
  const found = headers.findLast((header) => header.name === name)?.value
  return found ? Buffer.from(found).toString('utf8') : null
}

/** `retry_topic-attempts`: four bytes big-endian, one byte in older versions of Spring Kafka. */
const readAttempts = (headers: readonly RawHeader[]): number | null => {
  const bytes = headers.findLast(({ name }) => name === 'retry_topic-attempts')?.value
  if (!bytes) return null
  if (bytes.length === 4) return Buffer.from(bytes).readInt32BE()
  return bytes.length === 1 ? (bytes[0] ?? null) : null
}

/**
 * The group where the convention writes none: a Connect sink's is `connect-` and its connector's name by default
 * (Kafka Connect, `ConnectorConfig`); others stay unknown.
 */
const groupOf = (death: Death | undefined, headers: readonly RawHeader[]): string | null => {
  if (death?.group) return death.group.value
  const connector = lastText(headers, '__connect.errors.connector.name')
  return connector === null ? null : `connect-${connector}`
}

/** Where a letter without readable headers came from, by the name of its topic. */
const originByName = (topic: string): string | null => /^(.+?)(?:-dlt|\.DLT)$/i.exec(topic)?.[1] ?? null

const lineageItem = (headers: readonly RawHeader[]): bigint | null => {
  const text = lastText(headers, 'x-replay-item')
  return text !== null && /^\d{1,18}$/.test(text) ? BigInt(text) : null
}

/** Reads all that the index keeps from a record's headers. Never throws: what is not known is null. */
export const readLetterFacts = (
  connection: string,
  topic: string,
  headers: readonly RawHeader[],
): LetterFacts => {
  const decoded = decodeDeadLetter(headers)
  const death = decoded?.death
  const stack = death?.stack?.value ?? null
  const fromStack = readStack(stack ?? '')
  const errorClass = death?.causeClass?.value ?? death?.errorClass?.value ?? null
  const message = death?.message?.value ?? null
  const originTopic = death?.originTopic?.value ?? originByName(topic)
  const group = groupOf(death, headers)
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
    frame: fromStack.applicationFrame ?? null,
    stack,
    attempts: readAttempts(headers),
    replayItemId: lineageItem(headers),
    failureGroupId: createHash('sha256').update(identity).digest('hex').slice(0, 16),
  }
}

/** Lines of a stack trace, those of the application marked. */
export const stackLines = (stack: string | null): { text: string; application: boolean }[] => {
  if (stack === null || stack === '') return []
  return stack
    .split(/\r?\n/)
    .slice(0, 400)
    .map((text) => ({
      text,
      application: /^\s*at\s/.test(text) && readStack(`Error: x\n${text}`).applicationFrame !== undefined,
    }))
}
