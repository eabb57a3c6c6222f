import type { JsonIndex } from './json-index.ts'
import type { SlicedWork } from './run-in-slices.ts'

const mostFound = 10_000
const charsPerStep = 200_000

/** The last node that begins at or before a character, by its name or its value. */
const nodeAt = (index: JsonIndex, character: number): number => {
  let [low, high] = [0, index.count - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const name = index.nameStart(middle)
    if ((name < 0 ? index.start(middle) : name) <= character) low = middle
    else high = middle - 1
  }
  return low
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Nodes whose name or own value holds a text, in the order of the document, at most 10,000. Case does not matter. */
export function* findInJson(index: JsonIndex, needle: string): SlicedWork<readonly number[]> {
  const pattern = new RegExp(escaped(needle), 'gi')
  const found: number[] = []
  for (let from = 0; from < index.text.length && found.length < mostFound; from += charsPerStep) {
    // What stands across the edge of two pieces is found in the first.
    const piece = index.text.slice(from, from + charsPerStep + needle.length - 1)
    for (const match of piece.matchAll(pattern)) {
      const node = nodeAt(index, from + match.index)
      const isOwn = index.kind(node) > 1 || from + match.index < index.nameEnd(node)
      if (isOwn && found.at(-1) !== node) found.push(node)
      if (found.length >= mostFound) break
    }
    yield from / index.text.length
  }
  return found
}
