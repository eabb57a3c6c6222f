/** Runs of a benchmark, in `unit`. */
export type Runs = readonly number[]

const sorted = (runs: Runs): Runs => runs.toSorted((a, b) => a - b)
/** The value that this share of the runs does not exceed. */
export const quantile = (runs: Runs, share: number): number =>
  sorted(runs)[Math.max(0, Math.ceil(runs.length * share) - 1)] ?? 0

/** Prints minimum, median, maximum and 95th percentile of runs. */
export const sayRuns = (name: string, runs: Runs, unit: string): void => {
  const figures = [
    ['min', quantile(runs, 0)],
    ['median', quantile(runs, 0.5)],
    ['max', quantile(runs, 1)],
    ['p95', quantile(runs, 0.95)],
  ] as const
  const words = figures.map(([word, value]) => `${word} ${Math.round(value).toLocaleString('en')}`)
  console.log(`${name.padEnd(26)} ${words.join(', ')} ${unit}`)
}

/** Ends a benchmark with its JSON line. `ratio` above 1 is better than the peer. */
export const sayResult = (
  bench: string,
  { ours, peer, unit, moreIsBetter }: { ours: number; peer: number; unit: string; moreIsBetter: boolean },
): void => {
  const ratio = Number((moreIsBetter ? ours / peer : peer / ours).toFixed(2))
  console.log(JSON.stringify({ bench, ours: Math.round(ours), peer: Math.round(peer), unit, ratio }))
}
