/** Traces of one name that may begin at once, after a while without any. */
const burst = 20

/**
 * Decides which traces are kept: of each name so many a minute on average, and a burst after a quiet time, so that what
 * happens seldom is kept whole and what repeats is kept in samples. `nowMs` is of any clock that only goes forward.
 */
export const makeAllowance = (perMinute: number): ((name: string, nowMs: number) => boolean) => {
  if (perMinute === Number.POSITIVE_INFINITY) return () => true
  const names = new Map<string, { left: number; atMs: number }>()
  return (name, nowMs) => {
    const known = names.get(name) ?? { left: burst, atMs: nowMs }
    const left = Math.min(burst, known.left + ((nowMs - known.atMs) * perMinute) / 60_000)
    const isAllowed = left >= 1
    names.set(name, { left: isAllowed ? left - 1 : left, atMs: nowMs })
    return isAllowed
  }
}
