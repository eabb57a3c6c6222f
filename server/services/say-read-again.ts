import { sayCount, sayDuration, sayMany } from '#server/domain/say-amounts.ts'
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
  { readers, spans }: Pick<WaitingTopic, 'readers' | 'spans'>,
  requeued: readonly Requeued[],
  nowMs: number,
): string => {
  const groups = readers.map(({ group }) => group).join(' and ')
  const isOne = requeued.length === 1
  const [they, them, areDue] = isOne ? ['it', 'it', 'is due'] : ['they', 'them', 'are due']
  const hasOneReader = readers.length === 1
  const [read, process] = hasOneReader ? ['reads', 'processes'] : ['read', 'process']
  const isRunning = readers.some(({ members }) => members !== 0)
  const again = isRunning
    ? `${read} ${them} again`
    : `${hasOneReader ? 'has' : 'have'} no members now, and once started ${read} ${them}`
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
  const skips =
    skipped > 0
      ? `, which skips up to ${sayCount(skipped)} more that ${skipped === 1 ? 'is' : 'are'} not in this plan`
      : ''
  const stopped = hasOneReader ? 'While it is stopped its offsets' : 'While they are stopped their offsets'
  return `: ${groups} ${again} when ${they} ${areDue}${sayWhen(requeued, nowMs)}, and ${process} ${them} twice ${sayUnless(requeued, them)}. ${stopped} can be moved past ${them}: ${places.join(', ')}${more}${skips}`
}

/** When records are due, in brackets; empty where their headers do not tell. */
const sayWhen = (requeued: readonly Requeued[], nowMs: number): string => {
  const dues = requeued.flatMap(({ dueAtMs }) => dueAtMs ?? [])
  if (dues.length === 0) return ''
  const inTime = (atMs: number) => (atMs <= nowMs ? 'now' : `in ${sayDuration(atMs - nowMs)}`)
  const [first, last] = [inTime(Math.min(...dues)), inTime(Math.max(...dues))]
  return first === last ? ` (${first})` : ` (${first} to ${last})`
}

/** What would keep records from being processed twice: an id in their headers. */
const sayUnless = (requeued: readonly Requeued[], them: string): string => {
  const ids = requeued.filter(({ idHeaders }) => idHeaders.length > 0)
  const names = [...new Set(ids.flatMap(({ idHeaders }) => idHeaders))]
  if (names.length === 0)
    return `unless the consumer recognises what it has processed; ${requeued.length === 1 ? 'it carries no' : 'none of them carries a'} message id in its headers`
  const only = ids.length < requeued.length ? `, which only ${sayMany(ids.length, 'carries', 'carry')}` : ''
  return `unless the consumer recognises ${them} by ${names.join(' or ')}${only}`
}
