/** One round of samples summed up over a connection. Sums are decimal text: they are kept as JSON. */
export type RoundTotals = {
  readonly atMs: number
  readonly lag: string
  readonly committed: string
  /** How many sums of groups on topics went in: totals compare when equal. */
  readonly lagSeries: number
  readonly ends: string
  readonly topics: number
}

const minuteMs = 60_000
const keptMinutes = 62

/** A round of samples as its sums over all groups and topics; lag and offsets are in messages. */
export const sumRound = (
  atMs: number,
  groups: readonly { readonly lag: bigint; readonly committedSum: bigint }[],
  topics: readonly { readonly endSum: bigint }[],
): RoundTotals => ({
  atMs,
  lag: groups.reduce((sum, { lag }) => sum + lag, 0n).toString(),
  committed: groups.reduce((sum, { committedSum }) => sum + committedSum, 0n).toString(),
  lagSeries: groups.length,
  ends: topics.reduce((sum, { endSum }) => sum + endSum, 0n).toString(),
  topics: topics.length,
})

/** Adds a round to those of the last hour, of which one a minute is kept, the last. In the order of time. */
export const addRound = (known: readonly RoundTotals[], round: RoundTotals): readonly RoundTotals[] => {
  const minuteOf = ({ atMs }: RoundTotals) => Math.floor(atMs / minuteMs)
  return [
    ...known.filter(
      (one) => minuteOf(one) < minuteOf(round) && minuteOf(one) > minuteOf(round) - keptMinutes,
    ),
    round,
  ]
}
