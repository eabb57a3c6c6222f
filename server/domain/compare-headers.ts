import type { RawHeader } from './dead-letter.ts'

/** What became of one header on the way from one record to another, by its places in the two lists; null: not there. */
export type HeaderChange = {
  readonly kind: 'same' | 'changed' | 'added' | 'lost'
  readonly before: number | null
  readonly after: number | null
}

const textOf = (value: Uint8Array | null): string =>
  value === null ? 'null' : Buffer.from(value).toString('hex')

const placesByName = (headers: readonly RawHeader[]): ReadonlyMap<string, readonly number[]> =>
  Map.groupBy(headers.keys(), (place) => headers[place]?.name ?? '')

/** Pairs of places with equal values, each place once, the first with the first. */
const pairEqual = (
  before: readonly (readonly [place: number, value: string])[],
  after: readonly (readonly [place: number, value: string])[],
): Map<number, number> => {
  const pairs = new Map<number, number>()
  const taken = new Set<number>()
  for (const [from, value] of before) {
    const to = after.find(([place, other]) => other === value && !taken.has(place))
    if (!to) continue
    taken.add(to[0])
    pairs.set(from, to[0])
  }
  return pairs
}

/**
 * What happened to headers between two records, byte by byte. Of headers of one name, equal values belong together, as
 * a framework that appends leaves the old ones; what is left is paired in order as changed, the rest was added or lost.
 * In the order of the later record, what was lost at the end.
 */
export const compareHeaders = (
  before: readonly RawHeader[],
  after: readonly RawHeader[],
): readonly HeaderChange[] => {
  const [old, now] = [placesByName(before), placesByName(after)]
  const changes: HeaderChange[] = []
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const valued = (places: readonly number[], headers: readonly RawHeader[]) =>
      places.map((place) => [place, textOf(headers[place]?.value ?? null)] as const)
    const froms = valued(old.get(name) ?? [], before)
    const tos = valued(now.get(name) ?? [], after)
    const same = pairEqual(froms, tos)
    const kept = new Set(same.values())
    for (const [from, to] of same) changes.push({ kind: 'same', before: from, after: to })
    const left = froms.filter(([place]) => !same.has(place))
    const came = tos.filter(([place]) => !kept.has(place))
    for (let at = 0; at < Math.max(left.length, came.length); at++) {
      const [from = null, to = null] = [left[at]?.[0], came[at]?.[0]]
      changes.push({
        kind: from === null ? 'added' : to === null ? 'lost' : 'changed',
        before: from,
        after: to,
      })
    }
  }
  const orderOf = ({ before: from, after: to }: HeaderChange) => to ?? after.length + (from ?? 0)
  return changes.sort((a, b) => orderOf(a) - orderOf(b))
}
