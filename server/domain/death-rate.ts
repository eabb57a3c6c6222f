/** Over how many minutes a rate of deaths is taken: long enough for a few a minute, short enough to be the present. */
export const deathRateMinutes = 5
/** Without a death for so many minutes a failure has ended. */
const quietMinutes = 2

/** Whether messages die at present, of deaths a minute (oldest first, the last is the minute just past). */
export const isDying = (counts: readonly number[]): boolean =>
  counts.slice(-quietMinutes).some((count) => count > 0)

/**
 * Deaths a minute now, of counts a minute (oldest first, the last is the minute just past). A failure that began within
 * the last five minutes counts from its beginning, so that its rate is not diluted by the time before it; one that has
 * ended has no rate.
 */
export const deathsPerMinute = (counts: readonly number[]): number => {
  if (!isDying(counts)) return 0
  const recent = counts.slice(-deathRateMinutes)
  const begun = recent.findIndex((count) => count > 0)
  if (begun < 0) return 0
  const since = recent.slice(begun)
  return since.reduce((sum, count) => sum + count, 0) / since.length
}
