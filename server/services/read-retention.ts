import type { TopicName } from '#server/contracts/scalars.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

const keptMs = 60_000
const kept = new Map<
  string,
  { readonly until: number; readonly retention: ReadonlyMap<string, number | null> }
>()

/**
 * Retention in milliseconds by topic, at most a minute old; null for topics that keep for ever. Topics whose settings
 * could not be read are left out.
 */
export const readRetention = async (
  connection: Connection,
  topics: readonly TopicName[],
  call: Call,
): Promise<ReadonlyMap<string, number | null>> => {
  const key = `${connection.id} ${[...topics].sort().join(' ')}`
  const known = kept.get(key)
  if (known && known.until > performance.now()) return known.retention
  if (topics.length === 0) return new Map()
  const answer = await connection.broker.topics.settings(topics, call)
  if (!answer.ok) return known?.retention ?? new Map()
  const retention = new Map(
    [...answer.value].map(([topic, settings]): [string, number | null] => {
      const value = Number(settings.find(({ name }) => name === 'retention.ms')?.value ?? -1)
      return [topic, value < 0 ? null : value]
    }),
  )
  kept.set(key, { until: performance.now() + keptMs, retention })
  return retention
}
