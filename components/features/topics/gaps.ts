import type { MessageRow } from '#server/contracts/messages.ts'
import { rowKeyOf } from '../../client/search-state.ts'

/**
 * By row: how many milliseconds after the row that comes before it in time, whichever way the rows are ordered. The
 * oldest has none, and so has a row without a time.
 */
export const gapsOf = (rows: readonly MessageRow[]): ReadonlyMap<string, number> => {
  const timed = rows
    .flatMap((row) => (row.timestampMs === null ? [] : [{ key: rowKeyOf(row), at: row.timestampMs }]))
    .sort((a, b) => a.at - b.at)
  const gaps = new Map<string, number>()
  for (const [place, { key, at }] of timed.entries()) {
    const before = timed[place - 1]
    if (before) gaps.set(key, at - before.at)
  }
  return gaps
}
