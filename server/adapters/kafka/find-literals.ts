/** Where literals stand in bytes, asked for in rising order. */
export type LiteralHits = {
  /** The first place of any literal at or after `from`; null where there is none. */
  at(from: number): number | null
}

/** Looks for several byte strings in one buffer, each searched once as the asker moves on. */
export const findLiterals = (bytes: Buffer, literals: readonly Uint8Array[]): LiteralHits => {
  const places = literals.map((literal) => bytes.indexOf(literal))
  return {
    at: (from) => {
      let first: number | null = null
      for (const [index, literal] of literals.entries()) {
        let place = places[index] ?? -1
        if (place >= 0 && place < from) {
          place = bytes.indexOf(literal, from)
          places[index] = place
        }
        if (place >= 0 && (first === null || place < first)) first = place
      }
      return first
    },
  }
}
