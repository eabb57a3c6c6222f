const sorted = (numbers: readonly number[]): readonly number[] => [...numbers].sort((a, b) => a - b)
const medianOf = (numbers: readonly number[]): number =>
  Math.round(sorted(numbers)[Math.floor(numbers.length / 2)] ?? 0)

/** Minimum, median and maximum of the rounds of one contender. */
export const printSpread = (name: string, numbers: readonly number[], unit: string): void => {
  const all = sorted(numbers)
  const words = [`min ${all[0]?.toFixed(0)}`, `median ${medianOf(all)}`, `max ${all.at(-1)?.toFixed(0)}`]
  console.log(`${name.padEnd(28)} ${words.map((one) => `${one} ${unit}`).join(', ')}`)
}

/** The line with which every benchmark ends: medians, and how many times the peer's is ours. */
export const printResult = (
  bench: string,
  ours: readonly number[],
  peer: readonly number[],
  unit: string,
  more: Readonly<Record<string, number>> = {},
): void => {
  const ratio = Number((medianOf(peer) / medianOf(ours)).toFixed(2))
  console.log(JSON.stringify({ bench, ours: medianOf(ours), peer: medianOf(peer), unit, ratio, ...more }))
}
