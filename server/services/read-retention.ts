import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

const keptMs = 60_000
const kept = new Map<
  string,
  { readonly until: number; readonly retention: Pick<Retention, 'byTopic' | 'bytesByTopic' | 'onlyByTime'> }
>()

export type Retention = {
  /** In milliseconds by topic; null for topics that keep for ever. Topics that are not known are left out. */
  readonly byTopic: ReadonlyMap<string, number | null>
  /** What a partition of a topic may hold, in bytes; null for topics without such a limit. */
  readonly bytesByTopic: ReadonlyMap<string, bigint | null>
  /** Topics from which nothing but their time of retention deletes: neither compaction nor a limit by size. */
  readonly onlyByTime: ReadonlySet<string>
  /** Why it is older than it should be, or not there. */
  readonly problem: BrokerError | null
}

const nothing = { byTopic: new Map(), bytesByTopic: new Map(), onlyByTime: new Set<string>() }

/** How long and how much topics keep of their messages, at most a minute old unless the broker does not answer. */
export const readRetention = async (
  connection: Connection,
  topics: readonly TopicName[],
  call: Call,
): Promise<Retention> => {
  const key = `${connection.id} ${[...topics].sort().join(' ')}`
  const known = kept.get(key)
  if (known && known.until > performance.now()) return { ...known.retention, problem: null }
  if (topics.length === 0) return { ...nothing, problem: null }
  const answer = await connection.broker.topics.settings(topics, call)
  if (!answer.ok) return { ...(known?.retention ?? nothing), problem: answer.error }
  const byTopic = new Map<string, number | null>()
  const bytesByTopic = new Map<string, bigint | null>()
  const onlyByTime = new Set<string>()
  for (const [topic, settings] of answer.value) {
    const setting = (wanted: string) => settings.find(({ name }) => name === wanted)?.value ?? null
    // A topic that is only compacted keeps the newest message of each key, whatever its age.
    const policy = setting('cleanup.policy') ?? 'delete'
    const deletes = policy.includes('delete')
    const limitOf = (wanted: string) => Number(setting(wanted) ?? -1)
    const [ms, bytes] = [limitOf('retention.ms'), limitOf('retention.bytes')]
    byTopic.set(topic, ms < 0 || !deletes ? null : ms)
    bytesByTopic.set(topic, bytes < 0 || !deletes ? null : BigInt(bytes))
    if (bytes < 0 && !policy.includes('compact')) onlyByTime.add(topic)
  }
  const retention = { byTopic, bytesByTopic, onlyByTime }
  kept.set(key, { until: performance.now() + keptMs, retention })
  return { ...retention, problem: null }
}
