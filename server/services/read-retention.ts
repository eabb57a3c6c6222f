import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

const keptMs = 60_000
const kept = new Map<
  string,
  { readonly until: number; readonly retention: ReadonlyMap<string, number | null> }
>()

export type Retention = {
  /** In milliseconds by topic; null for topics that keep for ever. Topics that are not known are left out. */
  readonly byTopic: ReadonlyMap<string, number | null>
  /** Why it is older than it should be, or not there. */
  readonly problem: BrokerError | null
}

/** How long topics keep their messages, at most a minute old unless the broker does not answer. */
export const readRetention = async (
  connection: Connection,
  topics: readonly TopicName[],
  call: Call,
): Promise<Retention> => {
  const key = `${connection.id} ${[...topics].sort().join(' ')}`
  const known = kept.get(key)
  if (known && known.until > performance.now()) return { byTopic: known.retention, problem: null }
  if (topics.length === 0) return { byTopic: new Map(), problem: null }
  const answer = await connection.broker.topics.settings(topics, call)
  if (!answer.ok) return { byTopic: known?.retention ?? new Map(), problem: answer.error }
  const retention = new Map(
    [...answer.value].map(([topic, settings]): [string, number | null] => {
      const setting = (wanted: string) => settings.find(({ name }) => name === wanted)?.value ?? null
      // A topic that is only compacted keeps the newest message of each key, whatever its age.
      const deletes = (setting('cleanup.policy') ?? 'delete').includes('delete')
      const value = Number(setting('retention.ms') ?? -1)
      return [topic, value < 0 || !deletes ? null : value]
    }),
  )
  kept.set(key, { until: performance.now() + keptMs, retention })
  return { byTopic: retention, problem: null }
}
