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

const causes = {
  died: 'a letter came after that',
  grew: 'it has grown past the number it was muted for',
  recurred: 'a letter came after the time it was muted for',
} as const

/** How a group came back, in one line: `Was resolved by anna; came back: a letter came after that`. */
export const titleOfRegression = ({
  was,
  by,
  because,
}: Pick<NonNullable<FailureGroupRow['regression']>, 'was' | 'by' | 'because'>): string =>
  `Was ${was}${by === null ? '' : ` by ${by}`}; came back: ${causes[because]}`
