import { ResponseError } from '@platformatic/kafka'
import type { BrokerError, BrokerErrorKind } from '#server/ports/broker-error.ts'
import { UnsupportedApiError } from './broker-apis.ts'

/** Error codes of the Kafka protocol that have a meaning of their own here (protocol guide, "Error Codes"). */
const meanings: Readonly<Record<number, readonly [BrokerErrorKind, string]>> = {
  1: ['not-found', 'the offset is outside of what the partition holds'],
  3: ['not-found', 'the topic or partition does not exist'],
  5: ['unreachable', 'the partition has no leader at present'],
  6: ['unreachable', 'the partition has just moved to another broker'],
  7: ['timeout', 'the broker took too long'],
  10: ['invalid', 'the message is larger than the topic allows (max.message.bytes)'],
  14: ['unreachable', 'the group coordinator is loading'],
  15: ['unreachable', 'there is no group coordinator at present'],
  16: ['unreachable', 'the group has just moved to another broker'],
  17: ['invalid', 'the broker does not accept this topic name'],
  18: ['invalid', 'the batch is larger than a log segment of the topic'],
  19: ['unreachable', 'too few replicas are in sync to accept a write'],
  13: ['unreachable', 'the broker closed the connection'],
  20: ['unreachable', 'too few replicas have the write yet'],
  29: ['denied', 'this user may not access the topic; reading needs READ, sending WRITE, listing DESCRIBE'],
  30: ['denied', 'this user may not access the group; seeing it needs DESCRIBE'],
  31: ['denied', 'this user lacks a right on the cluster; listing needs DESCRIBE, sending IDEMPOTENT_WRITE'],
  35: ['unsupported', 'the broker does not support this version of the request'],
  36: ['invalid', 'a topic of this name exists already'],
  37: ['invalid', 'the broker does not accept this number of partitions'],
  38: ['invalid', 'the broker does not accept this replication factor'],
  39: ['invalid', 'the broker can not place the replicas'],
  40: ['invalid', 'the broker does not accept this value'],
  41: ['unreachable', 'the controller has just moved to another broker'],
  42: ['invalid', 'the broker finds the request invalid'],
  44: ['invalid', 'a policy of the broker refuses this'],
  45: ['unreachable', 'the numbering of this producer begins anew'],
  47: ['unreachable', 'the numbering of this producer begins anew'],
  48: ['unreachable', 'the transaction is not open any more'],
  49: ['unreachable', 'the coordinator has forgotten the transactional id'],
  50: ['unsupported', 'the broker allows no transaction of 10 s (transaction.max.timeout.ms)'],
  51: ['unreachable', 'the transaction before is still being ended'],
  53: ['denied', 'this user may not use it; transactions need DESCRIBE and WRITE on the transactional id'],
  90: ['unreachable', 'another producer has taken it over'],
  56: ['unreachable', 'the broker could not reach its disk'],
  58: ['denied', 'the login was refused'],
  59: ['unreachable', 'the numbering of this producer begins anew'],
  69: ['not-found', 'the group does not exist'],
  60: ['overloaded', 'the topic is being moved between brokers; try again when that is done'],
  73: ['denied', 'deleting topics is switched off on the brokers (delete.topic.enable)'],
  74: ['unreachable', 'the partition has just changed its leader'],
  75: ['unreachable', 'the partition has just changed its leader'],
  87: ['invalid', 'the broker refuses the record (a compacted topic needs a key)'],
  89: ['overloaded', 'the broker throttles this client'],
  100: ['not-found', 'the topic was deleted or recreated'],
}

/** An error of the broker in the words of the port. */
export const brokerError = (kind: BrokerErrorKind, detail: string): BrokerError => ({
  kind,
  detail,
  source: 'broker',
})

/** The error of a Kafka protocol code; `about` names what was asked for: "topic orders". */
export const errorOfCode = (code: number, about: string): BrokerError => {
  const [kind, text] = meanings[code] ?? ['unreachable' as const, `the broker answered error code ${code}`]
  return brokerError(kind, `${about}: ${text}`)
}

/** An exception that carries a protocol code, for `errorOfThrown`. */
export const protocolError = (code: number, about: string): Error =>
  Object.assign(new Error(errorOfCode(code, about).detail), { apiId: code })

/** The offset asked for lies outside of what the partition holds. */
export const offsetOutOfRange = 1

/** Codes after which metadata is stale and the request may be tried again. */
export const isStaleLeader = (code: number): boolean =>
  code === 3 || code === 5 || code === 6 || code === 74 || code === 75 || code === 100

export const coordinatorNotAvailable = 15

/** Codes of a group that another broker coordinates by now, or none yet. */
export const hasMoved = (code: number): boolean => code === 16 || code === coordinatorNotAvailable

const protocolCode = (error: unknown): number | null => {
  const { apiId, apiCode } = (error ?? {}) as { apiId?: unknown; apiCode?: unknown }
  if (typeof apiId === 'number') return apiId
  return typeof apiCode === 'number' ? apiCode : null
}

const flatten = (error: unknown, depth = 0): unknown[] => {
  if (depth > 4 || typeof error !== 'object' || error === null) return []
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  return [
    error,
    ...(Array.isArray(errors) ? errors.flatMap((inner) => flatten(inner, depth + 1)) : []),
    ...flatten(cause, depth + 1),
  ]
}

/** What an exception of the client library means. Never throws. */
export const errorOfThrown = (error: unknown, about: string): BrokerError => {
  const all = flatten(error)
  const names = all.map((one) => String((one as { name?: unknown }).name ?? ''))
  const codes = all.map((one) => String((one as { code?: unknown }).code ?? ''))
  const isTimeout = all.some((one) => one instanceof Error && /timed out/i.test(one.message))
  if (isTimeout || names.includes('TimeoutError') || names.includes('AbortError'))
    return brokerError('timeout', `${about}: no answer within the time allowed`)
  if (codes.includes('PLT_KFK_AUTHENTICATION'))
    return brokerError('denied', `${about}: the broker refused the login`)
  const code = all.map(protocolCode).find((found) => found !== null)
  if (code !== undefined && code !== null) return errorOfCode(code, about)
  const unsupported = all.find((one) => one instanceof UnsupportedApiError)
  if (unsupported) return brokerError('unsupported', `${about}: ${unsupported.message}`)
  if (codes.includes('PLT_KFK_UNSUPPORTED_API'))
    return brokerError('unsupported', `${about}: the broker is too old for this`)
  const socket = codes.find((one) => /^E[A-Z]+$/.test(one))
  const said = error instanceof Error ? error.message : String(error)
  const message = /^connection closed/i.test(said)
    ? 'the broker does not answer: it closed the connection'
    : said
  return brokerError('unreachable', `${about}: ${socket === undefined ? message : `${message} (${socket})`}`)
}

/**
 * The library throws when any part of a response carries an error code, with the response inside. Batched requests
 * want the good parts too: this answers the response either way and lets the caller look at the codes.
 */
export const tolerate = async <T>(request: Promise<T>): Promise<T> => {
  try {
    return await request
  } catch (error) {
    const response =
      error instanceof ResponseError ? (error as ResponseError & { response?: unknown }).response : undefined
    if (response === undefined) throw error
    return response as T
  }
}
