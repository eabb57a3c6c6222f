import type { SearchProblem } from '#server/contracts/message-search.ts'
import type { DegradedSource, ProblemCode } from '#server/contracts/problem.ts'
import { fail } from '#server/domain/result.ts'
import type { BrokerError, BrokerErrorKind } from '#server/ports/broker-error.ts'

/** Why a use case did not do what was asked. The error table of server/http gives it status, title and hint. */
export type Fault = {
  readonly code: ProblemCode
  /** What happened, for people. */
  readonly detail: string
  /** Which part failed. */
  readonly source?: string
}

/** Carries a fault to the door out of a stream of frames that has begun. */
export class FaultError extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault.detail)
    this.fault = fault
  }
}

const codes = {
  unreachable: 'broker-unreachable',
  timeout: 'broker-timeout',
  denied: 'broker-denied',
  'not-found': 'not-found',
  unsupported: 'unsupported',
  invalid: 'invalid-request',
  overloaded: 'broker-overloaded',
} as const satisfies Record<BrokerErrorKind, ProblemCode>

/** The fault that a broker's, registry's or trace store's error means to the caller of a use case. */
export const faultOf = (error: BrokerError): Fault => ({
  code:
    error.source === 'registry' && error.kind === 'unreachable' ? 'registry-unreachable' : codes[error.kind],
  detail: error.detail,
  source: error.source,
})

/** One failed source of an answer that stands without it. `lastGoodAt` in milliseconds since the epoch. */
export const degradedBy = (error: BrokerError, lastGoodAt?: number): DegradedSource => ({
  source: error.source,
  code: faultOf(error).code,
  detail: error.detail,
  ...(lastGoodAt === undefined ? {} : { lastGoodAt }),
})

/** Fails for what is not there; the detail is a whole sentence. */
export const notFound = (detail: string) => fail<Fault>({ code: 'not-found', detail })
/** Fails for a request that can not be carried out as it was written; the detail names the field. */
export const invalid = (detail: string) => fail<Fault>({ code: 'invalid-request', detail })

/** What is wrong with the words of a search, and at which of its characters, counted from 1. */
export const searchProblemWords = ({ at, message }: SearchProblem): string =>
  `search, character ${at + 1}: ${message}.`
