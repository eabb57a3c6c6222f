/** Ids as few texts, in their order: `7`, or `7-12` for those that follow each other. Letters of one failure mostly do. */
export const packIds = (ids: readonly bigint[]): string[] => {
  const ranges: { first: bigint; last: bigint }[] = []
  for (const id of ids.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const range = ranges.at(-1)
    if (range && id === range.last + 1n) range.last = id
    else if (id !== range?.last) ranges.push({ first: id, last: id })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
}

/** What `packIds` has packed; ids that are not packed are themselves. */
export const unpackIds = (texts: readonly string[]): bigint[] =>
  texts.flatMap((text) => {
    const [first = '', last = first] = text.split('-')
    const from = BigInt(first)
    return Array.from({ length: Number(BigInt(last) - from) + 1 }, (_, at) => from + BigInt(at))
  })
