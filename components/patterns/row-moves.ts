/** Where a key leads from a row, or null when it moves nothing. `page` is how many rows are in sight. */
export const moveOfKey = (key: string, index: number, count: number, page: number): number | null => {
  const step = {
    ArrowDown: index + 1,
    j: index + 1,
    J: index + 1,
    ArrowUp: index - 1,
    k: index - 1,
    K: index - 1,
    PageDown: index + Math.max(1, page - 1),
    PageUp: index - Math.max(1, page - 1),
    Home: 0,
    End: count - 1,
  }[key]
  return step === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, step))
}

/** The keys from one row to another, both included, whichever comes first. A row that is gone gives the other alone. */
export const rangeOfKeys = (keys: readonly string[], from: string, to: string): readonly string[] => {
  const a = keys.indexOf(from)
  const b = keys.indexOf(to)
  if (b < 0) return []
  return a < 0 ? [to] : keys.slice(Math.min(a, b), Math.max(a, b) + 1)
}
