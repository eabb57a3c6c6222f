import type { LagHistory } from '#server/contracts/groups.ts'
import type { ChartPoint } from '../../patterns/time-chart.tsx'

/** Brings the series of all topics onto one time line; a topic without a value at a time has a gap there. */
export const prepareLagChart = (
  history: LagHistory,
): {
  readonly points: readonly ChartPoint[]
  readonly topics: readonly string[]
  readonly from: number
  readonly to: number
} => {
  const rows = new Map<number, Record<string, number | null>>()
  for (const { topic, points } of history.series)
    for (const { atMs, lagMessages } of points) rows.set(atMs, { ...rows.get(atMs), [topic]: lagMessages })
  const times = [...rows.keys()].sort((a, b) => a - b)
  return {
    points: times.map((at) => ({ ...rows.get(at), at }) as ChartPoint),
    topics: history.series.map(({ topic }) => topic),
    from: times[0] ?? 0,
    to: times.at(-1) ?? 0,
  }
}
