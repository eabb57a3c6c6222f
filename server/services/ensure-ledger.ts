import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { awaitLeaders } from './await-leaders.ts'
import type { Connection } from './deps.ts'

const ledgerPartitions = 8
const mostReplicas = 3
const readyMs = 5_000

const unusable = (detail: string): BrokerError => ({ kind: 'unsupported', detail, source: 'broker' })

/**
 * The topic in which replays keep what they have sent, made when it is not there. `denied` without the right to make it;
 * `unsupported` where a topic of its name would forget. With `validateOnly` nothing is made: null stands for a ledger that
 * could be.
 */
export const ensureLedger = async (
  connection: Connection,
  call: Call & { readonly validateOnly?: boolean },
): Answer<TopicState | null> => {
  const { broker, ledgerTopic } = connection
  const found = await broker.topics.find(ledgerTopic, call)
  if (found.ok) {
    const policy = await policyOf(connection, ledgerTopic, call)
    if (policy === null || policy.split(',').includes('compact')) return found
    return fail(
      unusable(
        `the ledger topic ${ledgerTopic} has cleanup.policy ${policy}: it would forget what was sent; it has to be compact`,
      ),
    )
  }
  if (found.error.kind !== 'not-found') return found
  if (!broker.topicAdmin)
    return fail(unusable(`the ledger topic ${ledgerTopic} does not exist, and can not be made here`))
  const cluster = await broker.describe(call)
  if (!cluster.ok) return cluster
  const replicationFactor = Math.max(1, Math.min(mostReplicas, cluster.value.brokers))
  const made = await broker.topicAdmin.create(
    {
      name: ledgerTopic,
      partitions: ledgerPartitions,
      replicationFactor,
      settings: new Map([
        ['cleanup.policy', 'compact'],
        ['min.insync.replicas', String(Math.min(2, replicationFactor))],
      ]),
    },
    call,
  )
  // Another worker may have made it in between.
  if (!made.ok && made.error.field !== 'name')
    return fail(
      made.error.kind === 'denied'
        ? {
            ...made.error,
            detail: `the ledger topic ${ledgerTopic} does not exist, and this user may not create it (Create on the topic or the cluster is needed)`,
          }
        : {
            ...made.error,
            detail: `the ledger topic ${ledgerTopic} could not be made: ${made.error.detail}`,
          },
    )
  const asLedger = { named: `the ledger topic ${ledgerTopic}`, withinMs: readyMs }
  return call.validateOnly ? succeed(null) : awaitLeaders(connection, ledgerTopic, asLedger, call)
}

const policyOf = async (connection: Connection, topic: TopicName, call: Call): Promise<string | null> => {
  const settings = await connection.broker.topics.settings([topic], { ...call, only: ['cleanup.policy'] })
  const own = settings.ok ? settings.value.get(topic) : undefined
  return own?.find(({ name }) => name === 'cleanup.policy')?.value ?? null
}
