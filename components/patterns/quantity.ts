const separate = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** A whole number with thousands separators, from decimal text or a number; digits are never rounded. */
export const formatCount = (value: string | number | null): string => {
  if (value === null) return '–'
  const text = typeof value === 'number' ? String(Math.round(value)) : value
  return text.startsWith('-') ? `−${separate(text.slice(1))}` : separate(text)
}

/** So many of something: `1 letter`, `2,310 letters`, `1 entry` and `3 entries`. */
export const sayMany = (count: string | number | null, one: string, more = `${one}s`): string =>
  `${formatCount(count)} ${String(count) === '1' ? one : more}`

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** With one decimal where it says something: `8`, not `8.0`. */
const shortest = (value: number): string => value.toFixed(1).replace(/\.0$/, '')

/** A duration in two units: “5 d 3 h”, “6 min 12 s”, “41 ms”. */
export const formatDuration = (durationMs: number): string => {
  const rest = Math.abs(durationMs)
  const sign = durationMs < 0 ? '−' : ''
  if (rest < 1) return `${sign}${rest === 0 ? '0' : rest.toFixed(2)} ms`
  if (rest < 999.5) return `${sign}${rest < 10 ? rest.toFixed(1) : Math.round(rest)} ms`
  if (rest < 60_000) return `${sign}${rest < 9_950 ? shortest(rest / 1_000) : Math.floor(rest / 1_000)} s`
  const at = units.findIndex(([, size]) => rest >= size)
  const [name, size] = units[at] ?? units[2]
  const next = units[at + 1] ?? units[3]
  const whole = Math.floor(rest / size)
  const minor = Math.floor((rest - whole * size) / next[1])
  return `${sign}${whole} ${name}${minor === 0 ? '' : ` ${minor} ${next[0]}`}`
}

/** Nanoseconds as decimal text in the same words. */
export const formatNanoseconds = (ns: string): string => {
  const value = BigInt(ns)
  if (value < 1_000n) return `${value} ns`
  if (value < 1_000_000n) return `${(Number(value) / 1_000).toFixed(0)} µs`
  return formatDuration(Number(value) / 1e6)
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Bytes in powers of 1000 with three significant digits. */
export const formatBytes = (bytes: string | number | null): string => {
  if (bytes === null) return '–'
  const value = Number(bytes)
  const power = value < 1_000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), byteUnits.length - 1)
  const scaled = value / 1_000 ** power
  return `${power === 0 || scaled >= 100 ? Math.floor(scaled) : scaled.toFixed(scaled >= 10 ? 1 : 2)} ${byteUnits[power]}`
}

/** Events a second. */
export const formatRate = (perSecond: number | null): string => {
  if (perSecond === null) return '–'
  if (perSecond === 0) return '0/s'
  if (Math.abs(perSecond) < 0.1) return `${shortest(perSecond * 60)}/min`
  return Math.abs(perSecond) < 10 ? `${shortest(perSecond)}/s` : `${formatCount(perSecond)}/s`
}

/** Events a minute, from a rate a second: beside verdicts, which count by the minute. */
export const formatPerMinute = (perSecond: number | null): string => {
  if (perSecond === null) return '–'
  const perMinute = perSecond * 60
  return `${perMinute === 0 || Math.abs(perMinute) >= 10 ? formatCount(perMinute) : shortest(perMinute)}/min`
}
