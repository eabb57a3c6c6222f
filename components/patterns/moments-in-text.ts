/** A piece of a sentence: text as it is, or a moment that is written in it, in milliseconds since the epoch. */
export type TextPart =
  | { readonly at: null; readonly text: string }
  | { readonly at: number; readonly text: string }

/** As sentences of the server write moments (`2026-11-22 02:38:11 UTC`), and as ISO 8601 does. */
const written = /\b\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d UTC|T\d\d:\d\d:\d\d(?:\.\d{1,3})?Z)\b/g

/**
 * A sentence in pieces, in its order: whole moments in UTC apart from the text around them. A time without its date, as
 * older records have it, stays text, for it may be of any day.
 */
export const splitMoments = (sentence: string): readonly TextPart[] => {
  const parts: TextPart[] = []
  let from = 0
  for (const { 0: text, index } of sentence.matchAll(written)) {
    const at = Date.parse(text.replace(' UTC', 'Z').replace(' ', 'T'))
    if (Number.isNaN(at)) continue
    if (index > from) parts.push({ at: null, text: sentence.slice(from, index) })
    parts.push({ at, text })
    from = index + text.length
  }
  if (from < sentence.length) parts.push({ at: null, text: sentence.slice(from) })
  return parts
}
