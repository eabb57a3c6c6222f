import { sayCount, sayMoment } from './say-amounts.ts'

/** What became of the letters of a failure group, each by its latest replay; a copy that came back stands for its letter. */
export type WeighedGroup = {
  readonly letters: number
  readonly settled: number
  readonly discarded: number
  readonly archived: number
  /** Numbers of the replays that settled them. */
  readonly replays: readonly number[]
  /** When the last copy of one of them was sent; null: none was. Milliseconds since the epoch. */
  readonly lastSentAtMs: number | null
  /** Letters that came after that. */
  readonly arrivedSince: number
}

/**
 * Whether a group may be closed: each letter of it is settled, discarded or archived, at least one is, and none came
 * since the last copy was sent.
 */
export const mayCloseGroup = ({
  letters,
  settled,
  discarded,
  archived,
  arrivedSince,
}: WeighedGroup): boolean => letters > 0 && settled + discarded + archived === letters && arrivedSince === 0

const join = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

/** On what evidence a group is closed, in words. */
export const sayClosure = (weighed: WeighedGroup): string => {
  const { letters, settled, discarded, archived, replays, lastSentAtMs } = weighed
  const by = replays.length === 0 ? '' : ` by replay ${join(replays.map((number) => `#${number}`))}`
  const parts = [
    ...(settled > 0 ? [`${sayCount(settled)} settled${by}`] : []),
    ...(discarded > 0 ? [`${sayCount(discarded)} discarded`] : []),
    ...(archived > 0 ? [`${sayCount(archived)} archived`] : []),
  ]
  const all = letters === 1 ? 'its one letter is' : `all ${sayCount(letters)} letters are`
  const since =
    lastSentAtMs === null ? '' : `, none came since the last copy was sent at ${sayMoment(lastSentAtMs)}`
  return `resolved: ${all} done with (${join(parts)})${since}`
}
