import { sayDuration, sayMany } from './say-amounts.ts'

/** How fresh one owner's share of a source is; `source` ends with which share of how many: `dead-letter-index 2/4`. */
export type ShareFreshness = {
  readonly source: string
  readonly lastGoodAtMs: number | null
  readonly ageMs: number | null
  readonly detail: string
  readonly behind: bigint | null
  readonly failing: boolean
}

const named = /^(.+) (\d+)\/(\d+)$/
/** A share this much older than the freshest one is told apart from it, in milliseconds. */
const laggingMs = 10_000

const oldest = (numbers: readonly (number | null)[], pick: (...all: number[]) => number): number | null => {
  const known = numbers.filter((one) => one !== null)
  return known.length < numbers.length ? null : pick(...known)
}

const sayStandstill = (shares: readonly ShareFreshness[], missing: number): string => {
  const freshest = Math.min(...shares.map(({ ageMs }) => ageMs ?? Number.POSITIVE_INFINITY))
  const late = shares.filter(({ ageMs }) => ageMs !== null && ageMs > freshest + laggingMs)
  const oldestMs = Math.max(0, ...late.map(({ ageMs }) => ageMs ?? 0))
  const never = missing + shares.filter(({ ageMs }) => ageMs === null).length
  const all = shares.length + missing
  return [
    late.length > 0 ? `${late.length} of ${all} shares last worked ${sayDuration(oldestMs)} ago` : '',
    never > 0 ? `${never} of ${all} shares have not run yet` : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/**
 * Makes one source of the shares of each: as old as its oldest share, behind by the sum of them, failing when one is.
 * What has never run is missing from the list and counts as never. Other sources are left as they are.
 */
export const joinShares = <T extends ShareFreshness>(rows: readonly T[]): readonly T[] => {
  const shares = Map.groupBy(rows, ({ source }) => named.exec(source)?.[1] ?? null)
  const joined = [...shares].flatMap(([source, found]): readonly T[] => {
    if (source === null) return []
    const [first] = found
    if (!first) return []
    const count = Math.max(...found.map((one) => Number(named.exec(one.source)?.[3])))
    const own = found.filter((one) => one.source.endsWith(`/${count}`))
    const missing = Math.max(0, count - own.length)
    const all = [...own, ...new Array<null>(missing).fill(null)]
    const failing = own.filter((one) => one.failing)
    const behinds = all.map((one) => one?.behind ?? null)
    const behind = behinds.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0n)
    const detail = [
      sayStandstill(own, missing),
      ...new Set(failing.map((one) => one.detail)),
      failing.length === 0 && behind !== null && behind > 0n ? `${sayMany(behind, 'record')} behind` : '',
    ]
    return [
      {
        ...first,
        source,
        lastGoodAtMs: oldest(
          all.map((one) => one?.lastGoodAtMs ?? null),
          Math.min,
        ),
        ageMs: oldest(
          all.map((one) => one?.ageMs ?? null),
          Math.max,
        ),
        detail: detail.filter(Boolean).join('; '),
        behind,
        failing: failing.length > 0,
      },
    ]
  })
  const names = new Set(joined.map(({ source }) => source))
  return [...(shares.get(null) ?? []).filter(({ source }) => !names.has(source)), ...joined]
}
