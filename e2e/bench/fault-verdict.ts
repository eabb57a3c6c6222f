import type { Kafka } from 'kafkajs'
import type { Bench } from '../../server/services/dead-letter-fixture.ts'

/** A copy as a consumer of committed messages has received it. */
export type Copy = {
  readonly partition: number
  readonly offset: string
  readonly key: string
  readonly value: string
  readonly item: string
}

/** So long without a message is the end of a topic; joining the group takes longer. */
const quietMs = 2_500
const joiningMs = 20_000

/** All that a kafkajs consumer of committed messages receives of a topic from its start on, in the order of receipt. */
export const consumeCommitted = async <T>(
  kafka: Kafka,
  topic: string,
  take: (message: {
    readonly partition: number
    readonly offset: string
    readonly key: Buffer | null
    readonly value: Buffer | null
    readonly headers: Readonly<Record<string, unknown>>
  }) => T,
): Promise<T[]> => {
  const consumer = kafka.consumer({ groupId: `verdict-${topic}-${process.pid}`, readUncommitted: false })
  const received: T[] = []
  let lastAt = performance.now() + joiningMs
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { offset, key, value, headers } of batch.messages)
        received.push(take({ partition: batch.partition, offset, key, value, headers: headers ?? {} }))
      lastAt = performance.now()
    },
  })
  while (performance.now() - lastAt < quietMs) await new Promise((resolve) => setTimeout(resolve, 100))
  await consumer.disconnect()
  return received
}

export const consumeCopies = (kafka: Kafka, topic: string): Promise<Copy[]> =>
  consumeCommitted(kafka, topic, ({ partition, offset, key, value, headers }) => ({
    partition,
    offset,
    key: String(key),
    value: String(value),
    item: String(headers['x-replay-item']),
  }))

/** Where the ledger says that the copy of each item stands, by item; a list, for it may say so twice. */
export const consumeLedger = async (
  kafka: Kafka,
  topic: string,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const told = await consumeCommitted(kafka, topic, ({ value }) => {
    const { item, target } = JSON.parse(String(value)) as {
      item: string
      target: { partition: number; offset: string }
    }
    return { item, place: `${target.partition}@${target.offset}` }
  })
  return new Map(
    [...Map.groupBy(told, ({ item }) => item)].map(([item, all]) => [item, all.map(({ place }) => place)]),
  )
}

/** Where the job says that the copy of each item stands, by item. */
const readJob = async (bench: Bench, replayId: string): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await bench.database.db.pool.query<{ id: string; outcome: string; place: string | null }>(
    `SELECT id, outcome, target_partition || '@' || target_offset AS place FROM replay_item WHERE replay_id = $1`,
    [replayId],
  )
  // Nobody reads the copies: after a while the job says of some that it does not know what became of them.
  return new Map(rows.map(({ id, outcome, place }) => [id, place ?? outcome]))
}

/**
 * What is wrong with a replay that has ended, one sentence a fault: letters without a copy or with several, items of
 * which job, ledger and topic do not say the same, and keys whose copies are out of order. `values` are those of the
 * letters, each of which is its key and a number that grows: `key:number`.
 */
export const findFaults = async (
  bench: Bench,
  replayId: string,
  origin: string,
  values: readonly string[],
): Promise<{ readonly faults: readonly string[]; readonly copies: number }> => {
  const copies = await consumeCopies(bench.kafka, origin)
  const ledger = await consumeLedger(bench.kafka, bench.connection.ledgerTopic)
  const job = await readJob(bench, replayId)
  const faults: string[] = []
  const byValue = Map.groupBy(copies, ({ value }) => value)
  const missing = values.filter((value) => !byValue.has(value))
  const twice = values.filter((value) => (byValue.get(value)?.length ?? 0) > 1)
  if (missing.length > 0) faults.push(`${missing.length} letters were not sent, among them ${missing[0]}`)
  if (twice.length > 0)
    faults.push(`${twice.length} letters were sent more than once, among them ${twice[0]}`)
  if (copies.length !== values.length)
    faults.push(`${copies.length} copies of ${values.length} letters were received`)
  if (job.size !== values.length) faults.push(`the job has ${job.size} items of ${values.length} letters`)
  const places = new Map(copies.map(({ item, partition, offset }) => [item, `${partition}@${offset}`]))
  for (const [item, said] of job) {
    const noted = ledger.get(item) ?? []
    const stands = places.get(item)
    if (said !== stands || noted.length !== 1 || noted[0] !== stands)
      faults.push(
        `item ${item}: the job says ${said}, the ledger ${noted.join(' and ') || 'nothing'}, the topic ${stands ?? 'nothing'}`,
      )
  }
  if (ledger.size !== job.size)
    faults.push(`the ledger tells of ${ledger.size} items, the job has ${job.size}`)
  const last = new Map<string, number>()
  for (const { key, value } of copies) {
    const number = Number(value.split(':')[1])
    if (number <= (last.get(key) ?? -1)) faults.push(`key ${key}: ${value} came after ${last.get(key)}`)
    last.set(key, number)
  }
  return { faults, copies: copies.length }
}
