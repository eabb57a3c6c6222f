import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { formatCount } from '../../patterns/quantity.ts'

/** A failure in one line: class, message, frame. */
export const titleOfFailure = ({ rootCause, errorClass, message, frame }: FailureGroupRow): string =>
  [rootCause ?? errorClass, message, frame === null ? null : `at ${frame}`]
    .filter((part) => part !== null)
    .join(' · ')

const causes = {
  died: 'a letter came after that',
  grew: 'it has grown past the number it was muted for',
  recurred: 'a letter came after the time it was muted for',
  restored: 'of the letters that were done with some were restored',
} as const

/** How a group came back, in one line: `Was resolved by anna; came back: a letter came after that`. */
export const titleOfRegression = ({
  was,
  by,
  because,
}: Pick<NonNullable<FailureGroupRow['regression']>, 'was' | 'by' | 'because'>): string =>
  `Was ${was}${by === null ? '' : ` by ${by}`}; came back: ${causes[because]}`

/** How many keys: `4,210`, or `≈ 4,200` where that is an estimate. */
export const sayKeys = ({ count, isExact }: NonNullable<FailureGroupRow['keys']>): string => {
  if (isExact) return formatCount(count)
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 2)
  return `≈ ${formatCount(Math.round(count / step) * step)}`
}

/** A failure group in a few words: `CardDeclinedException at PaymentClient.charge (PaymentClient.java), orders → payments`. */
export const nameOfGroup = (
  row: Pick<FailureGroupRow, 'rootCause' | 'errorClass' | 'frame' | 'message' | 'originTopic' | 'group'>,
): string => {
  const { rootCause, errorClass, frame, message, originTopic, group } = row
  const what = shortClass(rootCause ?? errorClass) ?? 'Unknown error'
  const where = frame === null ? (message === null ? '' : ` ${message.slice(0, 60)}`) : ` at ${frame}`
  return `${what}${where}, ${originTopic ?? '?'} → ${group ?? 'unknown'}`
}
