import type { LagAtDeath } from '#server/contracts/letter-moment.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { lagPoints } from '#server/domain/lag-trend.ts'
import { nearestSample } from '#server/domain/nearest-sample.ts'
import { sayMoment } from '#server/domain/say-amounts.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { readFirstSampleAt, readLagHistory } from '#server/repositories/lag-samples.ts'
import type { Connection, Deps } from './deps.ts'

const aroundMs = 30 * 60_000
const bucketMs = 10_000
/** A sample further from the death than this tells nothing of it. */
const nearMs = 60_000

const none = (why: string): LagAtDeath => ({ state: 'none', why })
/** How far behind the group was when a letter died, by the samples nearest to that; or why nobody knows. */
export const readLagAtDeath = async (
  deps: Deps,
  connection: Connection,
  letter: LetterRecord,
): Promise<LagAtDeath> => {
  const { group, originTopic: topic, diedAtMs, deathTimeSource } = letter
  if (group === null) return none('Nothing says which consumer group it died in.')
  if (topic === null) return none('Nothing says which topic it died in.')
  if (deathTimeSource === 'origin')
    return none('Its framework does not write down when it died, only when the message was written.')
  if (deathTimeSource === 'unknown' || deathTimeSource === 'indexed')
    return none('Nothing says for certain when it died.')
  const range = { fromMs: diedAtMs - aroundMs, toMs: diedAtMs + aroundMs, bucketMs }
  const series = await readLagHistory(deps.db, connection.id, group, range)
  const samples = series.find((one) => one.topic === topic)?.samples ?? []
  const sample = nearestSample(samples, diedAtMs, nearMs)
  if (sample)
    return {
      state: 'sampled',
      group: group as GroupId,
      topic: topic as TopicName,
      lagMessages: sample.lag.toString(),
      members: sample.members,
      groupState: sample.state,
      sampledAt: sample.atMs,
      points: lagPoints(samples, range),
    }
  const firstAtMs = await readFirstSampleAt(deps.db, connection.id)
  if (firstAtMs === null || diedAtMs < firstAtMs - nearMs)
    return none(
      firstAtMs === null
        ? 'No samples are kept: no worker has sampled this connection, or all are too old by now.'
        : `It died before the oldest sample that is kept, of ${sayMoment(firstAtMs)}.`,
    )
  return none(
    samples.length > 0 || series.length > 0
      ? `The worker has no sample of ${group} on ${topic} within a minute of the death.`
      : `The worker has no sample of ${group} within half an hour of the death: it had committed nothing there, or was not sampled.`,
  )
}
