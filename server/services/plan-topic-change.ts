import { randomUUID } from 'node:crypto'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicChange, TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { planTopicChange as planOf } from '#server/domain/plan-topic-change.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { ChangeFacts, Outdated, TopicNow } from '#server/domain/topic-change-facts.ts'
import { seenOf } from '#server/domain/topic-change-progress.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import { insertTopicChange } from '#server/repositories/topic-changes.ts'
import { carryOut } from './carry-out-topic-change.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { readTopicNow } from './read-topic-now.ts'
import { showTopicChange } from './show-topic-change.ts'

/**
 * Plans a change of a topic: what it would do, as things are now, checked by the broker too where it can. Changes
 * nothing. The plan is kept under its id until it is carried out or a day has passed.
 */
export const planTopicChange = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  request: TopicChangeRequest,
  call: Call,
): Promise<Result<TopicChange, Fault>> => {
  const withReaders = request.action === 'delete' || request.action === 'add-partitions'
  const read = await readTopicNow(deps, connection, request.topic, { withReaders }, call)
  if (!read.ok) return read
  const { topic, states, readersProblem } = read.value
  const described = await connection.broker.describe(call)
  if (!described.ok) return fail(faultOf(described.error))
  const refusedBecause = await whyNotAllowed(connection, request, topic, call)
  const checked =
    refusedBecause === null && canCheck(request, topic)
      ? await checkAtBroker(connection, request, call)
      : null
  if (checked && !checked.ok && checked.error.kind !== 'invalid' && checked.error.kind !== 'denied')
    return fail(faultOf(checked.error))
  const facts: ChangeFacts = {
    topic,
    topicNames: states.map(({ name }) => name),
    brokers: described.value.brokers,
    environment: connection.environment,
    refusedBecause,
    readersProblem,
    outdated: topic && (await readOutdated(deps, connection, topic, request, call)),
    brokerRefusal: checked && !checked.ok ? refusalOf(checked.error) : null,
  }
  const id = randomUUID()
  await insertTopicChange(deps.db, {
    id,
    connectionId: connection.id,
    request,
    seen: seenOf(request, topic),
    plan: planOf(request, facts),
    plannedBy: actor.name,
  })
  return showTopicChange(deps, connection, id, call)
}

const refusalOf = ({ detail, field }: BrokerError) => ({
  detail,
  field: field === 'name' ? 'topic' : (field ?? null),
})

/** Only what has a topic, or is to make one, can be tried. Deletions have no trial. */
const canCheck = (request: TopicChangeRequest, topic: TopicNow | null): boolean =>
  request.action === 'create' || (request.action !== 'delete' && topic !== null)

const checkAtBroker = (connection: Connection, request: TopicChangeRequest, call: Call): Answer<null> =>
  carryOut(connection, request, null, { ...call, validateOnly: true })

const rightsNeeded = {
  'change-settings': ['alterSettings', 'AlterConfigs'],
  'add-partitions': ['alter', 'Alter'],
  delete: ['delete', 'Delete'],
} as const

/** Why this connection or its user may not make the change at all; null when nothing speaks against it. */
const whyNotAllowed = async (
  connection: Connection,
  request: TopicChangeRequest,
  topic: TopicNow | null,
  call: Call,
): Promise<string | null> => {
  if (connection.readOnly) return `The connection ${connection.name} is read-only.`
  if (!connection.broker.topicAdmin) return 'Topics of this broker can not be changed from here.'
  // Whether a topic of this name may be made, only the broker's own check tells.
  if (request.action === 'create' || topic === null) return null
  const rights = await connection.broker.topics.rights([topic.name as TopicName], call)
  const mine = rights.ok ? rights.value.get(topic.name as TopicName) : undefined
  const [right, name] = rightsNeeded[request.action]
  return mine === undefined || mine[right] ? null : `This user has no ${name} right on ${topic.name}.`
}

/** What is older than the retention that will be in force; null where it is not asked for or nobody could tell. */
const readOutdated = async (
  deps: Deps,
  connection: Connection,
  topic: TopicNow,
  request: TopicChangeRequest,
  call: Call,
): Promise<Outdated | null> => {
  if (request.action !== 'change-settings') return null
  const { settings } = request
  if (!('retention.ms' in settings) && !('cleanup.policy' in settings)) return null
  const inForce = topic.settings.find(({ name }) => name === 'retention.ms')
  const retention =
    'retention.ms' in settings ? (settings['retention.ms'] ?? inForce?.defaultValue) : inForce?.value
  const { messages } = connection.broker
  if (!messages || !retention || !/^\d{1,15}$/.test(retention)) return null
  const name = topic.name as TopicName
  const found = await connection.broker.topics.find(name, call)
  if (!found.ok) return null
  const since = BigInt(deps.clock.nowMs()) - BigInt(retention)
  const [offsets, places] = await Promise.all([
    connection.broker.topics.offsets([found.value], call),
    messages.offsetsAt(name, since < 0n ? 0n : since, call),
  ])
  if (!offsets.ok || !places.ok || (offsets.value[0]?.failed.length ?? 1) > 0) return null
  const older = (offsets.value[0]?.partitions ?? []).reduce(
    (sum, { partition, start, end }) => sum + (places.value.get(partition) ?? end) - start,
    0n,
  )
  const count = older < 0n ? 0n : older
  const { messages: all, sizeBytes } = topic
  return { messages: count, bytes: all && sizeBytes !== null ? (sizeBytes * count) / all : null }
}
