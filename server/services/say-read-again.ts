import { sayCount, sayDuration } from '#server/domain/say-amounts.ts'
import { readUpTo, type WaitingTopic } from './read-waiting.ts'

type Requeued = {
  readonly partition: number
  readonly offset: bigint
  readonly dueAtMs: number | null
  readonly idHeaders: readonly string[]
}

const shownPartitions = 4

/**
 * Who reads the originals of requeued records again, when, and what keeps them from being processed twice: an id that
 * the consumer recognises, or offsets moved past them while the group is stopped, with what else that would skip.
 */
export const sayReadAgain = (
  { readers, spans }: WaitingTopic,
  requeued: readonly Requeued[],
  nowMs: number,
): string => {
  const groups = readers.map(({ group }) => group).join(' and ')
  const dues = requeued.flatMap(({ dueAtMs }) => dueAtMs ?? [])
  const [first, last] = [Math.min(...dues), Math.max(...dues)]
  const inTime = (atMs: number) => (atMs <= nowMs ? 'now' : `in ${sayDuration(atMs - nowMs)}`)
  const when =
    dues.length === 0
      ? ''
      : inTime(first) === inTime(last)
        ? ` (${inTime(first)})`
        : ` (${inTime(first)} to ${inTime(last)})`
  const ids = requeued.filter(({ idHeaders }) => idHeaders.length > 0)
  const names = [...new Set(ids.flatMap(({ idHeaders }) => idHeaders))]
  const unless =
    names.length === 0
      ? 'unless the consumer recognises what it has processed; none of them carries a message id in its headers'
      : `unless the consumer recognises them by ${names.join(' or ')}${ids.length < requeued.length ? `, which only ${sayCount(ids.length)} carry` : ''}`
  const past = spans
    .toSorted((a, b) => a.partition - b.partition)
    .flatMap(({ partition }) => {
      const mine = requeued.filter((one) => one.partition === partition)
      const end = mine.reduce((max, { offset }) => (offset >= max ? offset + 1n : max), 0n)
      return mine.length === 0
        ? []
        : [{ partition, end, skipped: Number(end - readUpTo(readers, partition)) - mine.length }]
    })
  const skipped = past.reduce((sum, one) => sum + Math.max(0, one.skipped), 0)
  const places = past
    .slice(0, shownPartitions)
    .map(({ partition, end }) => `partition ${partition} to ${end}`)
  const more = past.length > shownPartitions ? ` and ${past.length - shownPartitions} more` : ''
  const isRunning = readers.some(({ members }) => members !== 0)
  const again = isRunning ? 'reads them again' : 'has no members now, and once started reads them'
  const skips = skipped > 0 ? `, which skips up to ${sayCount(skipped)} more that are not in this plan` : ''
  return `: ${groups} ${again} when they are due${when}, and processes them twice ${unless}. While it is stopped its offsets can be moved past them: ${places.join(', ')}${more}${skips}`
}
