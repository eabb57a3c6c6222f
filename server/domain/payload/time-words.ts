/** Years 0 to 9999: what ISO 8601 writes with four digits. */
const earliestMs = -62_167_219_200_000n
const latestMs = 253_402_300_799_999n

const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/**
 * A time in ISO 8601 with every digit of its unit (3, 6 or 9 of a second), or null outside the years 0 to 9999. `value`
 * counts units since 1970; `zone` is `Z`, or nothing for a local time.
 */
export const isoTime = (value: bigint, digits: 3 | 6 | 9, zone: 'Z' | '' = 'Z'): string | null => {
  const perMs = 10n ** BigInt(digits - 3)
  const ms = floorDivide(value, perMs)
  if (ms < earliestMs || ms > latestMs) return null
  const finer = digits === 3 ? '' : String(value - ms * perMs).padStart(digits - 3, '0')
  return `${new Date(Number(ms)).toISOString().slice(0, -1)}${finer}${zone}`
}

/** A date from days since 1970, or null outside the years 0 to 9999. */
export const isoDate = (days: number): string | null =>
  isoTime(BigInt(Math.trunc(days)) * 86_400_000n, 3)?.slice(0, 10) ?? null

/** A time of day, or null for what is no time of one. */
export const isoTimeOfDay = (value: bigint, digits: 3 | 6): string | null =>
  value < 0n || value >= 86_400n * 10n ** BigInt(digits)
    ? null
    : (isoTime(value, digits, '')?.slice(11) ?? null)
