import type { Evidence } from '#server/domain/judge-outcome.ts'
import { judgeProcessing, type Processing, type ProcessSpan } from '#server/domain/judge-processing.ts'
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
 * them. `chainOf`: the retry and dead-letter topics of a target; what is sent into those of another tells nothing.
 */
export const readProcessing = async (
  deps: Deps,
  followed: readonly Followed[],
  chainOf: (target: string) => readonly string[],
  call: Call,
  /** Copies are in another cluster, whose topics may have the same names: only spans of a copy's own trace are of it. */
  isElsewhere = false,
): Promise<ReadProcessing> => {
  const sentAtMs = followed.flatMap(({ item }) => item.sentAtMs ?? [])
  const sinceMs = Math.min(deps.clock.nowMs(), ...sentAtMs) - skewMs
  const byPlace = new Map<string, readonly ProcessSpan[]>()
  for (const [target, own] of Map.groupBy(followed, ({ item }) => item.targetTopic)) {
    const places = own.flatMap((one) => placeOf(one) ?? [])
    if (places.length === 0) continue
    const answer = await deps.traces.processOf(places, { sinceMs, chain: chainOf(target) }, call)
    if (answer.ok) for (const [place, spans] of answer.value) byPlace.set(place, spans)
  }
  return {
    of: (one, group) => {
      const place = placeOf(one)
      if (place === null) return null
      const spans = byPlace.get(nameOfPlace(place)) ?? []
      const own = isElsewhere ? spans.filter(({ traceId }) => traceId === one.item.copyTraceId) : spans
      return judgeProcessing(own, group)
    },
  }
}

const placeOf = ({ item, hop }: Followed): RecordPlace | null => {
  if (hop !== null) return hop
  const { targetTopic: topic, targetPartition: partition, targetOffset: offset } = item
  return partition === null || offset === null ? null : { topic, partition, offset }
}

/**
 * What the spans tell of a copy: of all groups that keep no offset there, and of any that failed or sent something on.
 * `explainedBy`: the topic in which another group has given it up, as is known; null: none has.
 */
export const weighProcessing = (
  followed: Followed,
  processing: ReadProcessing,
  explainedBy: string | null,
): Evidence['processing'] & { readonly shown: Processing | null } => {
  const { groups, without, othersArePast } = followed.progress
  const isClean = (group: string | null): boolean => {
    const judged = processing.of(followed, group)
    return judged?.verdict === 'clean' && judged.isOfGroup
  }
  const judged = (groups.length === 0 ? [null] : groups).map((group) => processing.of(followed, group))
  const failed = judged.find((one) => one?.verdict === 'failed') ?? null
  const sentOn = judged.find((one) => one?.verdict === 'sent-on' && one.span.sentOnTo !== explainedBy) ?? null
  return {
    isProcessed:
      groups.length === 0 ? isClean(null) : without.length > 0 && othersArePast && without.every(isClean),
    hasFailed: failed !== null,
    hasSentOn: sentOn !== null,
    shown: failed ?? sentOn ?? judged.find((one) => one !== null) ?? null,
  }
}
