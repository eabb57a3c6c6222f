import { ExactNumber } from './json-text.ts'

/** A JSON document whose numbers are their digits as written. */
export type ExactJson =
  | null
  | boolean
  | string
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson }

export const isDocument = (value: ExactJson): value is { readonly [name: string]: ExactJson } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
export const isList = (value: ExactJson): value is readonly ExactJson[] => Array.isArray(value)

export type ParsedJson =
  | { readonly ok: true; readonly value: ExactJson }
  | { readonly ok: false; readonly message: string }

/** Parses JSON (RFC 8259) without reading any number: each keeps the digits it was written with. */
export const parseExactJson = (text: string): ParsedJson => {
  if (text.trim() === '') return { ok: false, message: 'there is nothing yet' }
  try {
    const keepDigits = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
      typeof value === 'number' ? new ExactNumber(context?.source ?? String(value)) : value
    return { ok: true, value: JSON.parse(text, keepDigits) as ExactJson }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const at = /\(line (\d+) column (\d+)\)/.exec(said)
    const what = said.replace(/ in JSON at position.*| \(line \d+ column \d+\)/, '')
    return { ok: false, message: at ? `line ${at[1]}, column ${at[2]}: ${what}` : what }
  }
}

/** More digits than this no number of a message has; an exponent of billions would be written out. */
const mostDigits = 10_000

/**
 * A JSON number as an unscaled integer and how many of its digits stand behind the point: 12.50 is 1250 and 2; 1e3 is
 * 1000 and 0. Null beyond 10,000 digits.
 */
export const decimalOf = ({
  digits,
}: ExactNumber): { readonly unscaled: bigint; readonly scale: number } | null => {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits)
  if (!parts) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const scale = fraction.length - Number(exponent)
  if (whole.length + fraction.length + Math.abs(scale) > mostDigits) return null
  const unscaled = BigInt(`${sign}${whole}${fraction}`)
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 }
}

/** The same number with so many digits behind the point, or null when digits would be lost. */
export const rescale = (unscaled: bigint, from: number, to: number): bigint | null => {
  if (to >= from) return unscaled * 10n ** BigInt(to - from)
  const by = 10n ** BigInt(from - to)
  return unscaled % by === 0n ? unscaled / by : null
}

/** The whole number that a JSON number is, 5.0 and 1e3 included, or null. */
export const wholeOf = (number: ExactNumber): bigint | null => {
  const decimal = decimalOf(number)
  return decimal && rescale(decimal.unscaled, decimal.scale, 0)
}

/** What a value is, for a sentence. */
export const kindOf = (value: ExactJson): string => {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string')
    return value.length > 24 ? `the text "${value.slice(0, 24)}…"` : `the text "${value}"`
  if (value instanceof ExactNumber) return `the number ${value.digits.slice(0, 40)}`
  return isList(value) ? 'a list' : 'an object'
}
