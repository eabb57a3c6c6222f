import { GrowingNumbers } from './growing-numbers.ts'
import type { SlicedWork } from './run-in-slices.ts'

const linesPerStep = 5_000

/** Where the lines of a text begin, those longer than `columns` broken. The text itself stays as it is. */
export function* breakLines(text: string, columns: number): SlicedWork<GrowingNumbers> {
  const starts = new GrowingNumbers()
  let at = 0
  while (at <= text.length) {
    const end = text.indexOf('\n', at)
    const until = end < 0 ? text.length : end
    for (let from = at; ; from += columns) {
      starts.push(from)
      if (starts.length % linesPerStep === 0) yield from / text.length
      if (from + columns >= until) break
    }
    if (end < 0) break
    at = end + 1
  }
  return starts
}

/** One line without its line feed. */
export const lineOf = (text: string, starts: GrowingNumbers, line: number): string =>
  text
    .slice(starts.at(line), line + 1 < starts.length ? starts.at(line + 1) : text.length)
    .replace(/\r?\n$/, '')
