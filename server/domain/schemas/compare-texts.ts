import { diffLines } from 'diff'

/** One line of two texts side by side. Numbers begin at 1; null where the side has no such line. */
export type TextLine = {
  readonly state: 'same' | 'removed' | 'added'
  readonly before: number | null
  readonly after: number | null
  readonly text: string
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n')

/** The lines of two texts: what both have, what was removed, what was added, in the order of reading. Before null: there was none. */
export const compareTexts = (before: string | null, after: string): TextLine[] => {
  if (before === null)
    return linesOf(after).map((text, index) => ({ state: 'added', before: null, after: index + 1, text }))
  let [old, fresh] = [0, 0]
  const end = (text: string) => (text.endsWith('\n') ? text : `${text}\n`)
  return diffLines(end(before), end(after)).flatMap(({ value, added, removed }) =>
    linesOf(value).map((text): TextLine => {
      if (added) return { state: 'added', before: null, after: ++fresh, text }
      if (removed) return { state: 'removed', before: ++old, after: null, text }
      return { state: 'same', before: ++old, after: ++fresh, text }
    }),
  )
}
