import { sayCount, sayMoment } from './say-amounts.ts'

/** How letters of a plan were chosen. Times in milliseconds since the epoch, the end not included. */
export type SelectionFilter = {
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  readonly key?: string | undefined
  readonly standing?: string | undefined
  readonly q?: string | undefined
  readonly diedFrom?: number | undefined
  readonly diedTo?: number | undefined
}

const standings: Readonly<Record<string, string>> = { open: 'not put away' }
/** What letters a filter takes, in words: null where it takes all. */
export const sayFilter = (filter: SelectionFilter): string | null => {
  const { topic, partition, key, standing, q, diedFrom, diedTo } = filter
  const parts = [
    topic === undefined ? null : `in ${topic}`,
    partition === undefined ? null : `in partition ${partition}`,
    key === undefined ? null : `with the key ${key}`,
    q === undefined ? null : `with the text “${q}”`,
    standing === undefined ? null : (standings[standing] ?? standing),
    diedFrom === undefined ? null : `that died from ${sayMoment(diedFrom)} on`,
    diedTo === undefined ? null : `that died before ${sayMoment(diedTo)}`,
  ].filter((one) => one !== null)
  return parts.length === 0 ? null : parts.join(', ')
}

/** How the letters of a plan were chosen, in words. */
export const saySelection = (selection: {
  /** Null: not by hand. */
  readonly picked: number | null
  readonly groups: number
  readonly filter: SelectionFilter
  readonly originTopic?: string | undefined
}): string => {
  const { picked, groups, filter, originTopic } = selection
  const fitting = sayFilter(filter)
  const base =
    picked !== null
      ? `${sayCount(picked)} picked by hand`
      : groups === 0
        ? 'all letters'
        : groups === 1
          ? 'the letters of a failure group'
          : `the letters of ${sayCount(groups)} failure groups`
  const died = originTopic === undefined ? '' : `, of these those that died in ${originTopic}`
  return `${base}${fitting === null ? '' : ` ${fitting}`}${died}`
}

/** Why a plan does not take so many letters, and what to do. */
export const sayTooMany = (fitting: number, most: number): string =>
  `${sayCount(fitting)} dead letters fit, and a plan takes at most ${sayCount(most)}. Choose fewer by topic, partition, key or time of death, and plan the rest after them.`
