import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from './broker-error.ts'

export type Answer<T> = Promise<Result<T, BrokerError>>

/** A part of several that did not answer: "broker 2". */
export type MissingPart = { readonly part: string; readonly error: BrokerError }
/** An answer put together from several brokers. It stands without the parts in `degraded`; an error when none answered. */
export type PartialAnswer<T> = Promise<
  | { readonly ok: true; readonly value: T; readonly degraded: readonly MissingPart[] }
  | { readonly ok: false; readonly error: BrokerError }
>
