import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'

/**
 * A class without its package or namespace: `JsonEOFException` of `com.fasterxml.jackson.core.io.JsonEOFException`,
 * `CardDeclined` of `App\Exceptions\CardDeclined` and of `Payments::CardDeclined`.
 */
export const shortClass = (name: string | null): string | null =>
  name === null ? null : (name.split(/[.$\\]|::/).at(-1) ?? name)

/** A failure in one line: class, message, frame. */
export const titleOfFailure = ({ rootCause, errorClass, message, frame }: FailureGroupRow): string =>
  [rootCause ?? errorClass, message, frame === null ? null : `at ${frame}`]
    .filter((part) => part !== null)
    .join(' · ')
