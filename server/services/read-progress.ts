import type { GroupId } from '#server/contracts/scalars.ts'
import type { Call } from '#server/ports/call.ts'
import { type ItemRecord, readReaders } from '#server/repositories/replay-items.ts'
import type { Connection, Deps } from './deps.ts'
import type { RetryHop } from './find-retries.ts'

/** How far the groups whose progress proves an item have come on its partition. */
export type ItemProgress = {
  readonly groups: readonly string[]
  /** What the slowest of them has committed; null while one of them keeps no offset there. */
  readonly committed: bigint | null
  /** Groups that keep no offset there, and whether all others are past the copy. */
  readonly without: readonly string[]
  readonly othersArePast: boolean
}

export type Progress = {
  of(item: Pick<ItemRecord, 'readerGroup' | 'targetTopic' | 'targetPartition' | 'targetOffset'>): ItemProgress
  /** Of the groups that read a retry topic; where none is known, of the one that the letter names. */
  ofHop(hop: RetryHop, readerGroup: string | null): ItemProgress
  /** What a group has committed on the partition of an item's copy; null: nothing. */
  committedOf(group: string, item: Pick<ItemRecord, 'targetTopic' | 'targetPartition'>): bigint | null
}

/**
 * Commits of the groups that count. Where a letter names its group, that one; otherwise every group with members that
 * reads the target, or every group that ever read it where none has members.
 */
export const readProgress = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  hops: ReadonlyMap<string, RetryHop>,
  call: Call,
): Promise<Progress> => {
  const topics = new Set([
    ...items.map(({ targetTopic }) => targetTopic),
    ...[...hops.values()].map(({ topic }) => topic),
  ])
  const readers = Map.groupBy(await readReaders(deps.db, connection.id, [...topics]), ({ topic }) => topic)
  const groupsOf = (topic: string): readonly string[] => {
    const all = readers.get(topic) ?? []
    const active = all.filter(({ members }) => members > 0)
    return (active.length > 0 ? active : all).map(({ group }) => group)
  }
  const named = items.flatMap(({ readerGroup }) => readerGroup ?? [])
  const groups = [...new Set([...named, ...[...topics].flatMap(groupsOf)])] as GroupId[]
  const answer = groups.length === 0 ? null : await connection.broker.groups?.committed(groups, call)
  const committed = new Map<string, bigint>(
    [...(answer?.ok ? answer.value : [])].flatMap(([group, offsets]) =>
      offsets.map(
        ({ topic, partition, offset }) => [`${group} ${topic} ${partition}`, offset] as [string, bigint],
      ),
    ),
  )
  const answered = new Set<string>(answer?.ok ? answer.value.keys() : [])
  const silent = groups.filter((group) => !answered.has(group))
  // A share group keeps no offsets that could be asked for: it acknowledges record by record (KIP-932).
  const listed = silent.length === 0 ? null : await connection.broker.groups?.list(call)
  const share = new Set<string>(
    (listed?.ok ? listed.value : []).flatMap(({ group, protocol }) => (protocol === 'share' ? group : [])),
  )
  const isAsked = (group: string) => answered.has(group) || share.has(group)
  const committedOn = (group: string, topic: string, partition: number | null): bigint | null =>
    committed.get(`${group} ${topic} ${partition}`) ?? null
  const progressOf = (
    wanted: readonly string[],
    topic: string,
    partition: number | null,
    offset: bigint | null,
  ): ItemProgress => {
    const keeps = (group: string) => committedOn(group, topic, partition)
    const offsets = wanted.flatMap((group) => keeps(group) ?? [])
    const slowest = offsets.reduce<bigint | null>((min, one) => (min === null || one < min ? one : min), null)
    return {
      groups: wanted,
      committed: offsets.length < wanted.length ? null : slowest,
      // What could not be asked may well keep one.
      without: wanted.filter((group) => isAsked(group) && keeps(group) === null),
      othersArePast: offset !== null && offsets.every((one) => one > offset) && wanted.every(isAsked),
    }
  }
  return {
    of: ({ readerGroup, targetTopic, targetPartition, targetOffset }) =>
      progressOf(
        readerGroup === null ? groupsOf(targetTopic) : [readerGroup],
        targetTopic,
        targetPartition,
        targetOffset,
      ),
    ofHop: ({ topic, partition, offset }, readerGroup) => {
      const known = groupsOf(topic)
      return progressOf(
        known.length === 0 && readerGroup !== null ? [readerGroup] : known,
        topic,
        partition,
        offset,
      )
    },
    committedOf: (group, { targetTopic, targetPartition }) =>
      committedOn(group, targetTopic, targetPartition),
  }
}
