const isoTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/
const isoDate = /^\d{4}-\d\d-\d\d$/
const timeOfDay = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/

/** Digits of a fraction as a count of units of which a second has 10^digits; null when it is finer than these. */
const fractionOf = (fraction: string, digits: number): bigint | null => {
  const padded = fraction.padEnd(digits, '0')
  return /^0*$/.test(padded.slice(digits)) ? BigInt(padded.slice(0, digits) || '0') : null
}

/**
 * Units since 1970 of a time in ISO 8601: 3, 6 or 9 digits of a second (0 for whole seconds). Null when it is none, finer
 * than the unit, or has a zone where none belongs (`zone` false) or none where one does.
 */
export const unitsOfIsoTime = (text: string, digits: 0 | 3 | 6 | 9, zone = true): bigint | null => {
  const parts = isoTime.exec(text)
  if (!parts || (parts[8] !== undefined) !== zone) return null
  const fraction = fractionOf(parts[7] ?? '', digits)
  const whole = text.replace(/\.\d+/, '')
  const ms = Date.parse(zone ? whole : `${whole}Z`)
  return fraction === null || Number.isNaN(ms) ? null : BigInt(ms / 1000) * 10n ** BigInt(digits) + fraction
}

/** Days since 1970 of `2026-11-21`, or null. */
export const daysOfIsoDate = (text: string): bigint | null => {
  const ms = isoDate.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(ms) ? null : BigInt(ms / 86_400_000)
}

/** Units since midnight of `03:04:05.123`, or null. */
export const unitsOfTimeOfDay = (text: string, digits: 3 | 6): bigint | null => {
  const parts = timeOfDay.exec(text)
  if (!parts) return null
  const [hours, minutes, seconds] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const fraction = fractionOf(parts[4] ?? '', digits)
  if (fraction === null || hours > 23 || minutes > 59 || seconds > 59) return null
  return BigInt(hours * 3600 + minutes * 60 + seconds) * 10n ** BigInt(digits) + fraction
}
