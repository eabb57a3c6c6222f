import { judgeProcessing, type Processing } from '#server/domain/judge-processing.ts'
import type { Call } from '#server/ports/call.ts'
import { nameOfPlace, type RecordPlace } from '#server/repositories/process-spans.ts'
import type { ItemRecord } from '#server/repositories/replay-items.ts'
import type { Deps } from './deps.ts'
import type { RetryHop } from './find-retries.ts'
import type { ItemProgress } from './read-progress.ts'

/** An item with where its copy stood last and the groups whose progress proves it there. */
export type Followed = {
  readonly item: ItemRecord
  readonly hop: RetryHop | null
  readonly progress: ItemProgress
}

export type ReadProcessing = {
  /** What the spans tell of one group; null for a group that none speaks of. */
  of(followed: Followed, group: string | null): Processing | null
}

/** Clocks of other machines may be this far behind, in milliseconds. */
const skewMs = 600_000

/**
 * Reads the process spans of copies where they stood last. Where the trace store does not answer nothing is known of
 * them. `chain`: the retry and dead-letter topics of their targets.
 */
export const readProcessing = async (
  deps: Deps,
  followed: readonly Followed[],
  chain: readonly string[],
  call: Call,
): Promise<ReadProcessing> => {
  const places = followed.flatMap((one) => placeOf(one) ?? [])
  const sentAtMs = followed.flatMap(({ item }) => item.sentAtMs ?? [])
  const since = { sinceMs: Math.min(deps.clock.nowMs(), ...sentAtMs) - skewMs, chain }
  const answer = places.length === 0 ? null : await deps.traces.processOf(places, since, call)
  const byPlace = answer?.ok ? answer.value : new Map()
  return {
    of: (one, group) => {
      const place = placeOf(one)
      return place === null ? null : judgeProcessing(byPlace.get(nameOfPlace(place)) ?? [], group)
    },
  }
}

const placeOf = ({ item, hop }: Followed): RecordPlace | null => {
  if (hop !== null) return hop
  const { targetTopic: topic, targetPartition: partition, targetOffset: offset } = item
  return partition === null || offset === null ? null : { topic, partition, offset }
}

/** What the spans tell of a copy: of all groups that keep no offset there, and of any that failed. */
export const weighProcessing = (
  followed: Followed,
  processing: ReadProcessing,
): { readonly isProcessed: boolean; readonly hasFailed: boolean; readonly shown: Processing | null } => {
  const { groups, without, othersArePast } = followed.progress
  const isClean = (group: string | null): boolean => {
    const judged = processing.of(followed, group)
    return judged?.verdict === 'clean' && judged.isOfGroup
  }
  const judged = (groups.length === 0 ? [null] : groups).map((group) => processing.of(followed, group))
  return {
    isProcessed:
      groups.length === 0 ? isClean(null) : without.length > 0 && othersArePast && without.every(isClean),
    hasFailed: judged.some((one) => one?.verdict === 'failed'),
    shown: judged.find((one) => one?.verdict === 'failed') ?? judged.find((one) => one !== null) ?? null,
  }
}
