import { randomBytes } from 'node:crypto'
import { Admin as RecordAdmin } from '@platformatic/kafka'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { Result } from '#server/domain/result.ts'
import { readEnv } from '#server/env.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { awaitLeaders } from './await-leaders.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { ensurePartitions } from './ensure-partitions.ts'
import { type HeldLease, holdLease } from './hold-lease.ts'
import { indexDeadLetters } from './index-dead-letters.ts'

/** For tests: a database and a connection of their own on the real stack, with topics of their own. */
export type Bench = {
  readonly database: TestDatabase
  readonly deps: Deps
  readonly connection: Connection
  readonly kafka: Kafka
  readonly admin: Admin
  readonly actor: Actor
  readonly brokers: readonly string[]
  /** Unlike that of any other bench. */
  readonly suffix: string
  readonly call: (timeoutMs?: number) => { readonly signal: AbortSignal }
  makeTopic(name: string, partitions: number, settings?: Record<string, string>): Promise<TopicName>
  deleteTopic(name: string): Promise<void>
  send(messages: readonly OutgoingMessage[]): Promise<readonly { partition: number; offset: bigint }[]>
  /** Deletes the records of partition 0 below an offset, as retention does. */
  deleteBefore(topic: string, offset: bigint): Promise<void>
  /** Indexes until nothing is left to read. Answers how many letters were new. */
  index(): Promise<number>
  dispose(): Promise<void>
}

export const text = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) })
export const int32 = (name: string, value: number): RawHeader => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return { name, value: bytes }
}
export const int64 = (name: string, value: bigint): RawHeader => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return { name, value: bytes }
}

/** Headers as Spring Kafka's DeadLetterPublishingRecoverer writes them. */
export const springHeaders = (death: {
  readonly topic: string
  readonly partition?: number
  readonly offset?: bigint
  readonly group?: string
  readonly errorClass?: string
  readonly message?: string
  /** Of the message that died. */
  readonly writtenMs?: bigint
}): RawHeader[] => {
  const errorClass = death.errorClass ?? 'com.shop.CardDeclinedException'
  const message = death.message ?? 'card refused'
  return [
    text('kafka_dlt-original-topic', death.topic),
    int32('kafka_dlt-original-partition', death.partition ?? 0),
    int64('kafka_dlt-original-offset', death.offset ?? 0n),
    int64('kafka_dlt-original-timestamp', death.writtenMs ?? 1_795_000_000_000n),
    text('kafka_dlt-original-timestamp-type', 'CreateTime'),
    ...(death.group === undefined ? [] : [text('kafka_dlt-original-consumer-group', death.group)]),
    text('kafka_dlt-exception-fqcn', 'org.springframework.kafka.listener.ListenerExecutionFailedException'),
    text('kafka_dlt-exception-cause-fqcn', errorClass),
    text('kafka_dlt-exception-message', `Listener failed; ${message}`),
    text(
      'kafka_dlt-exception-stacktrace',
      `org.springframework.kafka.listener.ListenerExecutionFailedException: Listener failed
\tat org.springframework.kafka.listener.Adapter.invoke(Adapter.java:12)
Caused by: ${errorClass}: ${message}
\tat com.shop.PaymentClient.charge(PaymentClient.java:88)
\tat com.shop.Listener.on(Listener.java:31)`,
    ),
    int32('retry_topic-attempts', 3),
  ]
}

/** A record to send: key and value as text. */
export const outgoing = (
  topic: string,
  message: {
    readonly partition?: number | null
    readonly key?: string | Uint8Array | null
    readonly value?: string | Uint8Array | null
    readonly headers?: readonly RawHeader[]
    readonly timestampMs?: bigint
  } = {},
): OutgoingMessage => {
  const bytes = (side: string | Uint8Array | null | undefined, otherwise: string): Uint8Array | null =>
    side === null ? null : Buffer.from(side ?? otherwise)
  return {
    topic: topic as TopicName,
    partition: message.partition === undefined ? 0 : message.partition,
    key: bytes(message.key, 'key'),
    value: bytes(message.value, '{"a":1}'),
    headers: message.headers ?? [],
    timestampMs: message.timestampMs ?? null,
  }
}

/** Failure groups of which something is kept that their letters do not say: their number, the oldest, facts of the newest. */
export const mistoldGroups = async ({ database }: Pick<Bench, 'database'>): Promise<readonly unknown[]> => {
  const { rows } = await database.db.pool.query(
    `SELECT g.id, g.letters, g.oldest_at, told.letters AS told_letters, told.oldest AS told_oldest, g.oldest_origin_at, told.oldest_origin,
       g.all_tell_origin, row_to_json(l) AS sample
     FROM failure_group g
     JOIN LATERAL (SELECT count(*) AS letters, min(died_at) AS oldest,
         min(coalesce(origin_at, died_at)) FILTER (WHERE origin_topic = g.origin_topic) AS oldest_origin,
         bool_and(origin_topic = g.origin_topic AND origin_at IS NOT NULL AND origin_partition IS NOT NULL AND origin_offset IS NOT NULL) AS all_tell
       FROM dead_letter WHERE failure_group_id = g.id) AS told ON true
     LEFT JOIN dead_letter l ON l.id = g.sample_letter_id AND l.failure_group_id = g.id
     WHERE g.letters <> told.letters
       OR g.oldest_at <> told.oldest
       OR g.oldest_origin_at <> told.oldest_origin
       OR g.all_tell_origin AND NOT told.all_tell
       OR l.id IS NOT NULL AND (g.sample_confidence, g.sample_is_pointer, g.sample_tells_origin) IS DISTINCT FROM (l.confidence, l.is_pointer,
         l.origin_at IS NOT NULL AND l.origin_partition IS NOT NULL AND l.origin_offset IS NOT NULL)`,
  )
  return rows
}

/** The value of an answer that must be good. */
export const good = async <T>(
  answer: Promise<Result<T, { readonly code?: string; readonly detail: string }>>,
): Promise<T> => {
  const result = await answer
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`)
  return result.value
}

/** A connection beside the first. */
type OtherConnection = { readonly id: string; readonly brokers: string; readonly ledgerTopic?: string }

/** `brokers` and `databaseUrl` are those of the stack. */
export const openBench = async (
  brokers: string,
  databaseUrl: string,
  others: readonly OtherConnection[] = [],
): Promise<Bench> => {
  const database = await createTestDatabase(databaseUrl)
  await ensurePartitions({ db: database.db, clock: { nowMs: () => Date.now() } })
  const suffix = randomBytes(4).toString('hex')
  const ledgerTopic = `ledger-${suffix}`
  const composition: Composition = compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [{ id: 'local', brokers }, ...others].map((one) =>
      connectionConfig.parse({ name: one.id[0]?.toUpperCase() + one.id.slice(1), ledgerTopic, ...one }),
    ),
  })
  const bench = await benchOn(composition.deps, 'local', database, suffix)
  return {
    ...bench,
    dispose: async () => {
      await bench.dispose()
      await composition.dispose()
      await database.drop()
    },
  }
}

/** A bench over one of the connections that there are, which stay when it is disposed of. */
export const benchOn = async (
  deps: Deps,
  id: string,
  database: TestDatabase,
  suffix: string,
): Promise<Bench> => {
  const connection = deps.connections.find((one) => one.id === id)
  if (!connection?.address) throw new Error(`there is a connection ${id}`)
  const { brokers } = connection.address
  const { ledgerTopic } = connection
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const made = new Set<string>()
  const call = (timeoutMs = 30_000) => ({ signal: AbortSignal.timeout(timeoutMs) })
  return {
    database,
    deps,
    connection,
    kafka,
    admin,
    brokers: brokers.split(','),
    actor: { name: 'tester', permissions: new Set() },
    suffix,
    call,
    makeTopic: async (name, numPartitions, settings = {}) => {
      const configEntries = Object.entries(settings).map(([setting, value]) => ({ name: setting, value }))
      await makeTopics(admin, [{ topic: name, numPartitions, configEntries }])
      made.add(name)
      // From here on our own metadata know it, too.
      const { name: topic } = await good(
        awaitLeaders(connection, name as TopicName, { named: name, withinMs: 20_000 }, call()),
      )
      return topic
    },
    deleteTopic: async (name) => {
      await admin.deleteTopics({ topics: [name] })
      made.delete(name)
    },
    send: async (messages) => {
      const { publisher } = connection.broker
      if (!publisher) throw new Error('the broker can be written to')
      return (await good(publisher.send(messages, call()))).map(({ partition, offset }) => {
        if (offset === null) throw new Error('the broker tells where a message stands')
        return { partition, offset }
      })
    },
    deleteBefore: async (name, offset) => {
      const records = new RecordAdmin({ clientId: 'bench', bootstrapBrokers: brokers.split(',') })
      await records.deleteRecords({ topics: [{ name, partitions: [{ partition: 0, offset }] }] })
      await records.close()
    },
    index: () => indexAll(deps, connection, call),
    dispose: async () => {
      const existing = new Set(await admin.listTopics())
      const topics = [...new Set([...made, ledgerTopic])].filter((name) => existing.has(name))
      if (topics.length > 0) await admin.deleteTopics({ topics })
      await admin.disconnect()
    },
  }
}

const indexAll = async (deps: Deps, connection: Connection, call: Bench['call']): Promise<number> => {
  const lease = await takeLease(deps, `index-dead-letters:${connection.id}`)
  try {
    for (let indexed = 0; ; ) {
      const step = await indexDeadLetters(deps, connection, lease, call())
      // A topic that another test deletes at this moment is gone from the list a little later.
      if (!step.ok && step.error.code === 'not-found') {
        await new Promise((resolve) => setTimeout(resolve, 200))
        continue
      }
      const { indexed: found, behind } = await good(Promise.resolve(step))
      indexed += found
      if (behind === 0n) return indexed
    }
  } finally {
    await lease.release()
  }
}

/** Takes a lease that must be free. */
export const takeLease = async (deps: Deps, name: string): Promise<HeldLease> => {
  const lease = await holdLease(deps, name, `test-${randomBytes(3).toString('hex')}`)
  if (!lease) throw new Error(`the lease ${name} was free`)
  return lease
}
