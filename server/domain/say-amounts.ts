const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A whole number with thousands separators; 64-bit values keep every digit. */
export const sayCount = (count: bigint | number): string => counts.format(count)

/** So many of something: `1 letter`, `2,310 letters`, `1 entry` and `3 entries`. */
export const sayMany = (count: bigint | number, one: string, more = `${one}s`): string =>
  `${sayCount(count)} ${Number(count) === 1 ? one : more}`

/** With one decimal where it says something: `2`, not `2.0`. */
const shortest = (value: number): string => value.toFixed(1).replace(/\.0$/, '')

/** An amount a second, in the unit that keeps it readable: 220/s, 3.4/s, 12/min. */
export const sayRate = (perSecond: number): string => {
  const size = Math.abs(perSecond)
  if (size >= 10) return `${sayCount(Math.round(size))}/s`
  if (size >= 1) return `${shortest(size)}/s`
  const perMinute = size * 60
  return perMinute >= 10 ? `${Math.round(perMinute)}/min` : `${shortest(perMinute)}/min`
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** A duration in its two largest units: 2 d 4 h, 6 min 12 s, 19 min, under a second. */
export const sayDuration = (durationMs: number): string => {
  const seconds = Math.floor(Math.max(0, durationMs) / 1000)
  if (seconds === 0) return 'under a second'
  const first = units.findIndex(([, size]) => seconds >= size)
  const [unit, size] = units[first] ?? ['s', 1]
  const rest = seconds % size
  const next = units[first + 1]
  const parts = [`${Math.floor(seconds / size)} ${unit}`]
  if (next && Math.floor(rest / next[1]) > 0) parts.push(`${Math.floor(rest / next[1])} ${next[0]}`)
  return parts.join(' ')
}

/** A moment, given in milliseconds since the epoch: 2026-11-22 02:38:11 UTC. */
export const sayMoment = (atMs: number): string =>
  `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** Bytes in powers of 1000 with up to three digits, rounded down: 3.14 GB, 604 kB. */
export const sayBytes = (bytes: bigint): string => {
  const size = bytes < 0n ? -bytes : bytes
  const power = Math.min(Math.floor((size.toString().length - 1) / 3), byteUnits.length - 1)
  const whole = size / 1000n ** BigInt(power)
  const digits = power === 0 || whole >= 100n ? 0 : whole >= 10n ? 1 : 2
  const scaled = (size * 10n ** BigInt(digits)) / 1000n ** BigInt(power)
  const text = (Number(scaled) / 10 ** digits).toFixed(digits)
  return `${bytes < 0n ? '−' : ''}${text} ${byteUnits[power]}`
}
