/** How a page carries its rows: read them, and make the same page with others. */
export type RowsIn<P, T> = {
  readonly read: (page: P) => readonly T[]
  readonly write: (page: P, rows: readonly T[]) => P
}

const mostRowsOfPage = 1_000

/**
 * Joins the newest page of a list with the pages that are shown. Rows shown already take their newer figures where they
 * stand; rows not shown yet are counted in `waiting`. `brought` are the pages with those rows put in front. When the
 * head does not reach down to the shown rows (`isGap`: at least so many wait), or the first page would grow beyond
 * measure, they begin anew with the head: joined, they would hide what lies between.
 */
export const joinHead = <P, T>({
  pages,
  head,
  rowsIn,
  keyOf,
}: {
  readonly pages: readonly P[]
  readonly head: P | undefined
  readonly rowsIn: RowsIn<P, T>
  readonly keyOf: (row: T) => string
}): {
  readonly rows: readonly T[]
  readonly waiting: number
  readonly brought: readonly P[]
  readonly isGap: boolean
} => {
  const shown = new Map<string, T>()
  for (const page of pages)
    for (const row of rowsIn.read(page)) if (!shown.has(keyOf(row))) shown.set(keyOf(row), row)
  const [first, ...older] = pages
  if (head === undefined || first === undefined)
    return { rows: [...shown.values()], waiting: 0, brought: pages, isGap: false }
  const fresh: T[] = []
  for (const row of rowsIn.read(head))
    if (shown.has(keyOf(row))) shown.set(keyOf(row), row)
    else fresh.push(row)
  const kept = rowsIn.read(first).map((row) => shown.get(keyOf(row)) ?? row)
  const isGap = kept.length > 0 && fresh.length > 0 && fresh.length === rowsIn.read(head).length
  const isAnew = isGap || kept.length === 0 || kept.length + fresh.length > mostRowsOfPage
  return {
    rows: [...shown.values()],
    waiting: fresh.length,
    brought: isAnew ? [head] : [rowsIn.write(first, [...fresh, ...kept]), ...older],
    isGap,
  }
}
