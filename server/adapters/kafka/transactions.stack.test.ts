import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { sealBody } from '#server/domain/record-body.ts'
import { browseBudget } from '#server/ports/call.ts'
import type { SealedOutgoing } from '#server/ports/publisher.ts'
import type { Isolation } from '#server/ports/raw-message.ts'
import type { TransactionalProducer } from '#server/ports/transactions.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { expectOk } from './broker-contract.ts'
import type { KafkaClient } from './client.ts'
import { makeClientAround, makeDeceivedClient, makeDyingClient, requestKeys } from './dying-client-fixture.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'
import { makeTransactions } from './transactions.ts'

const config = connectionConfig.parse({ id: 'test', name: 'Test', brokers: inject('brokers') })
const run = Math.random().toString(36).slice(2, 8)
const admin = new Kafka({ brokers: config.brokers.split(','), logLevel: logLevel.NOTHING }).admin()
const adapter = makeKafkaAdapter(config)
const clients: KafkaClient[] = []
const made: TopicName[] = []
const call = () => ({ signal: AbortSignal.timeout(30_000) })

beforeAll(() => admin.connect())
afterAll(async () => {
  await admin.deleteTopics({ topics: made })
  await admin.disconnect()
  await adapter.dispose()
  await Promise.all(clients.map((client) => client.dispose()))
})

const makeTopic = async (
  what: string,
  numPartitions = 2,
  configEntries: { name: string; value: string }[] = [],
): Promise<TopicName> => {
  const topic = `transact-${run}-${what}` as TopicName
  await makeTopics(admin, [{ topic, numPartitions, configEntries }])
  made.push(topic)
  return topic
}
const message = (topic: TopicName, partition: number, value: string): SealedOutgoing => ({
  topic,
  partition,
  body: sealBody({ key: Buffer.from('k'), value: Buffer.from(value), headers: [] }),
  timestampMs: null,
})
const open = async (id: string, transactions = adapter.transactions): Promise<TransactionalProducer> => {
  if (!transactions) throw new Error('this adapter has transactions')
  return expectOk(await transactions.open(`${run}-${id}`, call()))
}
/** Of a topic that refuses what is larger. */
const small = [{ name: 'max.message.bytes', value: '2000' }]
/** Writes to the ledger where each message stands. */
const noting = (topic: TopicName) => ({
  topic,
  partition: 0,
  of: (placed: readonly { partition: number; offset: bigint | null }[]) =>
    placed.map(({ partition, offset }) => message(topic, 0, `${partition}@${offset}`)),
})
/** A commit is answered before its markers stand in the log, of each partition at another time: what it wrote is to be polled for. */
const valuesOf = async (topic: TopicName, isolation: Isolation = 'committed', partitions = 2) => {
  const values: string[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const request = { topic, partition, from: 0n, limit: 1_000, isolation, budget: browseBudget }
    const read = await adapter.messages?.readForward(request, call())
    if (read) values.push(...expectOk(read).messages.map(({ value }) => Buffer.from(value ?? []).toString()))
  }
  return values
}

const { addPartitions, endTxn, findCoordinator, initProducerId, produce } = requestKeys

/** Transactions of a process that dies at a request. */
const dyingClient = (key: number, when: 'before' | 'after') => {
  const { client } = makeDyingClient(config, key, when)
  clients.push(client)
  return makeTransactions(client)
}

/** Transactions of a client that is answered otherwise than its broker did. */
const deceived = (change: Parameters<typeof makeDeceivedClient>[1]) => {
  const client = makeDeceivedClient(config, change)
  clients.push(client)
  return makeTransactions(client)
}

describe('a transaction', () => {
  it('shows readers of committed messages all of it: copies and what follows from their places', async () => {
    const topic = await makeTopic('committed')
    const ledger = await makeTopic('committed-ledger', 1)
    const producer = await open('committed')
    for (let round = 0; round < 5; round++) {
      const messages = [0, 1, 0].map((partition, index) => message(topic, partition, `${round}.${index}`))
      const ended = await producer.send(messages, noting(ledger), call())
      expect(ended.state).toBe('committed')
      if (ended.state !== 'committed') throw ended
      // A transaction ends with a marker in each partition.
      expect(ended.placed).toEqual([
        { partition: 0, offset: BigInt(round * 3) },
        { partition: 1, offset: BigInt(round * 2) },
        { partition: 0, offset: BigInt(round * 3 + 1) },
      ])
    }
    await expect.poll(async () => (await valuesOf(topic)).length, { timeout: 5_000 }).toBe(15)
    const noted = () => valuesOf(ledger, 'committed', 1)
    await expect.poll(async () => (await noted()).length, { timeout: 5_000 }).toBe(15)
    expect((await noted()).slice(0, 3)).toEqual(['0@0', '1@0', '0@1'])
  })

  it('that is refused in the middle is aborted: they see nothing of it, and the id goes on', async () => {
    const topic = await makeTopic('aborted')
    const ledger = await makeTopic('aborted-ledger', 1, small)
    const producer = await open('aborted')
    const tooLarge = {
      topic: ledger,
      partition: 0,
      of: () => [message(ledger, 0, 'x'.repeat(5_000))],
    }
    const ended = await producer.send([message(topic, 0, 'gone')], tooLarge, call())
    expect(ended).toMatchObject({ state: 'aborted', written: 1, error: { kind: 'invalid' } })
    expect(await producer.send([message(topic, 0, 'late')], noting(ledger), call())).toMatchObject({
      state: 'aborted',
      written: 0,
    })
    const again = await open('aborted')
    expect((await again.send([message(topic, 0, 'kept')], noting(ledger), call())).state).toBe('committed')
    await expect.poll(() => valuesOf(topic), { timeout: 5_000 }).toEqual(['kept'])
    expect(await valuesOf(topic, 'uncommitted')).toEqual(['gone', 'kept'])
  })

  it('of which one topic refuses its copies is aborted, and tells how many the others had taken', async () => {
    const topic = await makeTopic('taken')
    const strict = await makeTopic('strict', 1, small)
    const producer = await open('partly')
    const messages = [message(topic, 0, 'a'), message(strict, 0, 'x'.repeat(5_000)), message(topic, 1, 'b')]
    const ended = await producer.send(messages, noting(topic), call())
    expect(ended).toMatchObject({ state: 'aborted', written: 2, error: { kind: 'invalid' } })
    expect(await valuesOf(topic, 'uncommitted')).toEqual(['a', 'b'])
    await expect.poll(() => valuesOf(topic), { timeout: 5_000 }).toEqual([])
  })

  it('of which one partition was not taken at first, as it seems, is committed with each message once', async () => {
    const topic = await makeTopic('again')
    const requests: number[] = []
    const transactions = deceived((answers) => {
      requests.push(answers.length)
      if (requests.length === 1) for (const one of answers) if (one.index === 1) one.errorCode = 19
    })
    const producer = await open('again', transactions)
    const ledger = await makeTopic('again-ledger', 1)
    const ended = await producer.send(
      [message(topic, 0, 'a'), message(topic, 1, 'b'), message(topic, 1, 'c')],
      noting(ledger),
      call(),
    )
    expect(ended).toMatchObject({ state: 'committed' })
    expect(requests).toEqual([2, 1, 1])
    await expect.poll(() => valuesOf(topic), { timeout: 5_000 }).toEqual(['a', 'b', 'c'])
    await expect
      .poll(() => valuesOf(ledger, 'committed', 1), { timeout: 5_000 })
      .toEqual(['0@0', '1@0', '1@1'])
  })

  it('of which a write got no answer is unknown: its copies may be in the log', async () => {
    const topic = await makeTopic('unanswered')
    const transactions = deceived(() => {
      throw new Error('Request timed out')
    })
    const producer = await open('unanswered', transactions)
    const ended = await producer.send([message(topic, 0, 'perhaps')], noting(topic), call())
    expect(ended).toMatchObject({ state: 'unknown', error: { kind: 'timeout' } })
    expect(await valuesOf(topic, 'uncommitted')).toEqual(['perhaps'])
    expect(await valuesOf(topic)).toEqual([])
  })

  it('is not begun when the time to write is over', async () => {
    const topic = await makeTopic('late')
    const producer = await open('late')
    const ended = await producer.send([message(topic, 0, 'late')], noting(topic), {
      ...call(),
      mayWrite: () => false,
    })
    expect(ended).toMatchObject({ state: 'aborted', written: 0 })
    expect(await valuesOf(topic, 'uncommitted')).toEqual([])
  })
})

describe('opening an id a second time', () => {
  it('fences the first, which stops', async () => {
    const topic = await makeTopic('fenced')
    const first = await open('fenced')
    expect((await first.send([message(topic, 0, 'one')], noting(topic), call())).state).toBe('committed')
    const second = await open('fenced')
    const ended = await first.send([message(topic, 0, 'two')], noting(topic), call())
    expect(ended.state).toBe('fenced')
    expect((await second.send([message(topic, 1, 'three')], noting(topic), call())).state).toBe('committed')
    await expect
      .poll(async () => (await valuesOf(topic)).filter((value) => /^[a-z]/.test(value)), { timeout: 5_000 })
      .toEqual(['one', 'three'])
  })

  // Beside each other: each waits as long as its client asks for an end that does not come.
  it.concurrent.for([
    ['before its copies were written', produce, 'before', []],
    ['after its copies were written', produce, 'after', ['one']],
    ['before the commit was asked for', endTxn, 'before', ['one']],
  ] as const)('ends what one that died %s had left open', async ([what, api, when, seen], { expect }) => {
    const topic = await makeTopic(what.replaceAll(' ', '-'))
    const ledger = await makeTopic(`${what.replaceAll(' ', '-')}-l`, 1)
    const dead = await open(what, dyingClient(api, when))
    const ended = await dead.send([message(topic, 0, 'one')], noting(ledger), call())
    expect(ended.state).toBe('unknown')
    const startedAt = performance.now()
    const next = await open(what)
    expect(performance.now() - startedAt).toBeLessThan(8_000)
    expect((await next.send([message(topic, 0, 'two')], noting(ledger), call())).state).toBe('committed')
    await expect.poll(() => valuesOf(topic), { timeout: 5_000 }).toEqual(['two'])
    expect(await valuesOf(topic, 'uncommitted')).toEqual([...seen, 'two'])
  })

  it.concurrent('finds committed what one that died after the commit was asked for had written', async () => {
    const topic = await makeTopic('asked')
    const ledger = await makeTopic('asked-ledger', 1)
    const dead = await open('asked', dyingClient(endTxn, 'after'))
    const ended = await dead.send([message(topic, 0, 'one')], noting(ledger), call())
    expect(ended.state).toBe('unknown')
    await open('asked')
    // Opening waits for the end of what was begun: nothing needs to be waited for any more.
    expect(await valuesOf(topic)).toEqual(['one'])
    expect(await valuesOf(ledger, 'committed', 1)).toEqual(['0@0'])
  })
})

it('asks a coordinator that loads, moves or still ends the transaction before until it has decided', async () => {
  const topic = await makeTopic('moving')
  const answers = new Map<number, number[]>([
    [initProducerId, [14, 16, 51]],
    [addPartitions, [51, 16]],
    [endTxn, [16, 15]],
  ])
  const asked: number[] = []
  const client = makeClientAround(config, async (key, ask) => {
    asked.push(key)
    const code = answers.get(key)?.shift()
    if (code === undefined) return ask()
    const partitions = [{ resultsByPartition: [{ partitionIndex: 0, partitionErrorCode: code }] }]
    return { errorCode: code, resultsByTransaction: [{ topicResults: partitions }] }
  })
  clients.push(client)
  const producer = await open('moving', makeTransactions(client))
  expect((await producer.send([message(topic, 0, 'one')], noting(topic), call())).state).toBe('committed')
  await expect.poll(() => valuesOf(topic), { timeout: 5_000 }).toEqual(['one', '0@0'])
  // Once at first, and after each answer that it is another's.
  expect(asked.filter((key) => key === findCoordinator)).toHaveLength(5)
})

it('asks again for a coordinator that a new cluster does not have yet', async () => {
  let absent = 2
  const client = makeClientAround(config, async (key, ask) => {
    const answer = await ask()
    if (key !== findCoordinator || absent-- <= 0) return answer
    return {
      ...(answer as object),
      coordinators: [{ key: '', nodeId: -1, host: '', port: -1, errorCode: 15 }],
    }
  })
  clients.push(client)
  expect(await makeTransactions(client).check(`${run}-new`, call())).toEqual({ ok: true, value: null })
  expect(absent).toBe(-1)
})

it('tells that an id may be used', async () => {
  expect(await adapter.transactions?.check(`${run}-any`, call())).toEqual({ ok: true, value: null })
})
