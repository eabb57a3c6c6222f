import type { Capability } from '#server/contracts/capabilities.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { PartitionRow, TopicDetail, TopicSettingRow } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { newestOf } from '#server/domain/topic-rows.ts'
import { explainSetting, readSetting, settingChoices } from '#server/domain/topic-settings.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ReplicaSize, SettingOrigin, TopicRights, TopicState } from '#server/ports/topics.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault, faultOf, notFound } from './fault.ts'
import { namingTopic, readTopicFacts, type TopicReading } from './read-topic-facts.ts'

/**
 * One topic with its partitions, every replica's size, its settings with where they come from, and what may be done with
 * it. `not-found` names the topic and the connection.
 */
export const showTopic = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<TopicDetail, Fault>> => {
  const { topics } = connection.broker
  const found = namingTopic(await topics.find(topic, call), topic, connection)
  if (!found.ok) return fail(faultOf(found.error))
  const [facts, settings, replicas, rights] = await Promise.all([
    readTopicFacts(deps, connection, [found.value], call),
    topics.describeSettings(topic, call),
    topics.replicaSizes(found.value, call),
    topics.rights([topic], call),
  ])
  const row = facts.rows[0]
  if (!row) return notFound(`There is no topic named ${topic} on ${connection.name}.`)
  const missing = [
    ...(settings.ok ? [] : [settings.error]),
    ...(replicas.ok ? replicas.degraded.map(({ error }) => error) : []),
  ]
  const said = new Set(facts.degraded.map(({ detail }) => detail))
  return succeed({
    data: {
      ...row,
      topicId: found.value.topicId,
      partitionRows: partitionRowsOf(found.value, facts, replicas.ok ? replicas.value : []),
      config: settings.ok ? [...settings.value].sort(bySource).map(settingRowOf) : [],
      may: mayOf(
        connection,
        topic,
        rights.ok ? rights.value.get(topic) : null,
        rights.ok ? null : rights.error,
      ),
    },
    degraded: [
      ...facts.degraded,
      ...missing.filter(({ detail }) => !said.has(detail)).map((error) => degradedBy(error)),
    ],
    checkedAt: deps.clock.nowMs(),
  })
}

const partitionRowsOf = (
  { name, partitions }: TopicState,
  { offsets, lastTimes }: TopicReading,
  replicas: readonly ReplicaSize[],
): PartitionRow[] => {
  const ranges = new Map(offsets.get(name)?.partitions.map((range) => [range.partition, range]))
  const sizes = Map.groupBy(
    replicas.filter(({ isFuture }) => !isFuture),
    ({ partition }) => partition,
  )
  return partitions.map(({ partition, leader, replicas: held, inSync }) => {
    const mine = sizes.get(partition) ?? []
    return {
      partition,
      leader,
      replicas: [...held],
      inSync: [...inSync],
      startOffset: ranges.get(partition)?.start.toString() ?? null,
      endOffset: ranges.get(partition)?.end.toString() ?? null,
      sizeBytes: mine.find(({ broker }) => broker === leader)?.bytes.toString() ?? null,
      replicaSizes: mine.map(({ broker, bytes }) => ({ broker, sizeBytes: bytes.toString() })),
      lastMessageAt: newestOf([lastTimes.get(name)?.get(partition) ?? null]),
    }
  })
}

/** What the topic sets itself comes first, then what the brokers set, each by name. */
const sourceOrder = ['topic', 'broker-dynamic', 'broker-static', 'unknown', 'default'] as const

const bySource = (a: SettingOrigin, b: SettingOrigin): number =>
  sourceOrder.indexOf(a.source) - sourceOrder.indexOf(b.source) || (a.name < b.name ? -1 : 1)

const settingRowOf = ({ name, value, source, defaultValue, isReadOnly }: SettingOrigin): TopicSettingRow => ({
  name,
  value,
  readable: readSetting(name, value),
  defaultValue,
  defaultReadable: readSetting(name, defaultValue),
  source,
  isReadOnly,
  explanation: explainSetting(name),
  choices: [...settingChoices(name)],
})

const mayOf = (
  connection: Connection,
  topic: TopicName,
  rights: TopicRights | null | undefined,
  error: BrokerError | null,
): TopicDetail['data']['may'] => {
  const may = (right: 'delete' | 'alter' | 'alterSettings', name: string): Capability => {
    if (connection.readOnly)
      return { state: 'denied', why: `The connection ${connection.name} is read-only.` }
    if (!connection.broker.topicAdmin)
      return { state: 'no', why: 'Topics of this broker can not be changed from here.' }
    if (error !== null) return { state: 'unavailable', why: error.detail }
    return rights === undefined || rights === null || rights[right]
      ? { state: 'yes' }
      : { state: 'denied', why: `This user has no ${name} right on ${topic}.` }
  }
  return {
    delete: may('delete', 'Delete'),
    changeSettings: may('alterSettings', 'AlterConfigs'),
    addPartitions: may('alter', 'Alter'),
  }
}
