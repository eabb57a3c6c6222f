const mostKept = 1_000
const longestBytes = 250

/** Remembers what is made of a header's name: most records carry the same. `make` answers new bytes for a name. */
export const byName = (make: (name: string) => Uint8Array): ((name: string) => Uint8Array) => {
  const kept = new Map<string, Uint8Array>()
  return (name) => {
    const known = kept.get(name)
    if (known) return known
    const made = make(name)
    if (kept.size < mostKept && made.length <= longestBytes) kept.set(name, made)
    return made
  }
}
