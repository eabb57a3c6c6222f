/** The value that this share of the numbers does not exceed: 0.5 is the median. */
export const quantileOf = (numbers: readonly number[], share: number): number =>
  Math.round(numbers.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(numbers.length * share) - 1)] ?? 0)

/** Minimum, median, maximum and 95th percentile of the rounds of one contender. */
export const printSpread = (name: string, numbers: readonly number[], unit: string): void => {
  const figures = { min: 0, median: 0.5, max: 1, p95: 0.95 }
  const words = Object.entries(figures).map(
    ([word, share]) => `${word} ${quantileOf(numbers, share)} ${unit}`,
  )
  console.log(`${name.padEnd(28)} ${words.join(', ')}`)
}

/**
 * The line with which every benchmark ends: medians, or another `share` of the rounds, and how many times better ours is
 * than the peer's.
 */
export const printResult = (
  bench: string,
  ours: readonly number[],
  peer: readonly number[],
  unit: string,
  more: Readonly<Record<string, number>> = {},
  { share = 0.5, moreIsBetter = false } = {},
): void => {
  const figures = { ours: quantileOf(ours, share), peer: quantileOf(peer, share) }
  const ratio = moreIsBetter ? figures.ours / figures.peer : figures.peer / figures.ours
  console.log(JSON.stringify({ bench, ...figures, unit, ratio: Number(ratio.toFixed(2)), ...more }))
}
