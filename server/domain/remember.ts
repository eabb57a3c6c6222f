const mostKept = 4_096
const longestText = 1_000

/**
 * A function that remembers what it has made of a text: most records repeat those of others. What is kept is bounded, and
 * begun anew when it is full; what was made of one text is the same each time, and nobody may change it.
 */
export const remember = <T>(make: (text: string) => T): ((text: string) => T) => {
  const kept = new Map<string, T>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = make(text)
    if (text.length > longestText) return made
    if (kept.size >= mostKept) kept.clear()
    kept.set(text, made)
    return made
  }
}
