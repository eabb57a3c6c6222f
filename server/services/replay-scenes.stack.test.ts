import type { Consumer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { TransactionalProducer, Transactions } from '#server/ports/transactions.ts'
import { sampleGroup } from './consumer-fixture.ts'
import { type Bench, good, int64, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { follow, headerText, itemsOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench
const consumers: Consumer[] = []
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.disconnect()))
})
afterAll(() => bench.dispose())

/** So fast that batches follow each other without a pause. */
const unpaced = { pacePerSecond: 100_000 }
const hex = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString('hex') : null)
const makePair = async (name: string, partitions = 1, letterPartitions = 1) => {
  const origin = await bench.makeTopic(`${name}-${bench.suffix}`, partitions)
  return { origin, letters: await bench.makeTopic(`${origin}-dlt`, letterPartitions) }
}
const replayAll = async (letters: TopicName, pace = {}) => {
  const replay = await start(bench, await planOf(bench, letters), pace)
  await sendAll(bench, replay.id)
  return replay
}

describe.each([
  ['in steps', { pacePerSecond: 1_000 }],
  ['in a stream', unpaced],
])('sent %s', (name, pace) => {
  it('64-bit ids come through to the last digit and byte, in keys, values and headers', async () => {
    const { origin, letters } = await makePair(`ids-${name.length}`)
    const ids = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 9_007_199_254_740_993n]
    const bytesOf = (id: bigint) => int64('id', id).value ?? new Uint8Array()
    const payloadOf = (id: bigint) => `{"id":${id},"same":${id}.0, "text":"${id}"}`
    await bench.send(
      ids.map((id, index) =>
        outgoing(letters, {
          key: bytesOf(id),
          value: payloadOf(id),
          headers: [
            int64('id', id),
            text('id', String(id)),
            int64('id', id),
            ...springHeaders({ topic: origin, offset: BigInt(index) }),
          ],
        }),
      ),
    )
    await replayAll(letters, pace)
    const copies = await recordsOf(bench, origin)
    expect(
      copies.map(({ key, value, headers }) => [
        hex(key),
        Buffer.from(value ?? []).toString(),
        headers.filter((header) => header.name === 'id').map((header) => hex(header.value)),
      ]),
    ).toEqual(
      ids.map((id) => [
        hex(bytesOf(id)),
        payloadOf(id),
        [hex(bytesOf(id)), hex(Buffer.from(String(id))), hex(bytesOf(id))],
      ]),
    )
  })

  it('duplicate, binary, empty and null headers keep their order and bytes', async () => {
    const { origin, letters } = await makePair(`headers-${name.length}`)
    const every = Uint8Array.from({ length: 256 }, (_, index) => index)
    const own: RawHeader[] = [
      text('b', '2'),
      { name: 'a', value: every },
      { name: 'a', value: null },
      text('a', ''),
      { name: 'ünï', value: every },
      text('b', '1'),
      text('b', '2'),
    ]
    const failure = springHeaders({ topic: origin, offset: 1n })
    await bench.send([outgoing(letters, { headers: [...own.slice(0, 3), ...failure, ...own.slice(3)] })])
    await replayAll(letters, pace)
    const [copy] = await recordsOf(bench, origin)
    const told = (list: readonly RawHeader[]) => list.map((header) => [header.name, hex(header.value)])
    expect(told((copy?.headers ?? []).filter((header) => !header.name.startsWith('x-replay-')))).toEqual(
      told(own),
    )
  })

  it('messages of 900 kB arrive whole, one batch after the other', async () => {
    const { origin, letters } = await makePair(`large-${name.length}`)
    const payloadOf = (index: number) => Buffer.alloc(900_000, index + 1)
    const count = 14
    for (let index = 0; index < count; index++)
      await bench.send([
        outgoing(letters, {
          value: payloadOf(index),
          headers: springHeaders({ topic: origin, offset: BigInt(index) }),
        }),
      ])
    await replayAll(letters, pace)
    const found = await good(bench.connection.broker.topics.find(origin, bench.call()))
    expect(found.partitions).toHaveLength(1)
    const copies = await recordsOf(bench, origin)
    expect(copies).toHaveLength(count)
    for (const [index, { value }] of copies.entries())
      expect(Buffer.from(value ?? []).equals(payloadOf(index))).toBe(true)
  })

  it('copies of one key keep their order, also of letters in several dead-letter partitions', async () => {
    const { origin, letters } = await makePair(`order-${name.length}`, 1, 3)
    const count = 150
    await bench.send(
      Array.from({ length: count }, (_, index) =>
        outgoing(letters, {
          // A key of every five has its letters in all partitions.
          partition: index % 5 === 0 ? Math.floor(index / 5) % 3 : (index % 5) % 3,
          key: `k${index % 5}`,
          value: String(index),
          headers: springHeaders({ topic: origin, offset: BigInt(index) }),
        }),
      ),
    )
    const chosen = await bench.index().then(() => letterIdsOf(letters))
    const replay = await start(bench, await planOf(bench, letters, { letterIds: chosen }), pace)
    await sendAll(bench, replay.id)
    const copies = await recordsOf(bench, origin)
    expect(copies).toHaveLength(count)
    const byKey = Map.groupBy(copies, ({ key }) => Buffer.from(key ?? []).toString())
    for (const mine of byKey.values()) {
      const numbers = mine.map(({ value }) => Number(Buffer.from(value ?? []).toString()))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }
  })
})

const letterIdsOf = async (topic: string): Promise<string[]> => {
  const { rows } = await bench.database.db.pool.query<{ id: string }>(
    'SELECT id FROM dead_letter WHERE topic = $1 ORDER BY id',
    [topic],
  )
  return rows.map(({ id }) => id)
}

/** The connection with transactions that end otherwise than they should, told by their number from 1 on. */
const withEnds = (
  end: (
    nth: number,
    send: () => ReturnType<TransactionalProducer['send']>,
  ) => ReturnType<TransactionalProducer['send']>,
): Connection => {
  const real = bench.connection.broker.transactions as Transactions
  let seen = 0
  const open: Transactions['open'] = async (id, call) => {
    const opened = await real.open(id, call)
    if (!opened.ok) return opened
    const producer = opened.value
    return {
      ok: true,
      value: { send: (...args) => end(++seen, () => producer.send(...args)) },
    }
  }
  return { ...bench.connection, broker: { ...bench.connection.broker, transactions: { ...real, open } } }
}

describe('a stream', () => {
  const copiesOn = async (topic: TopicName) =>
    (await recordsOf(bench, topic)).map((record) => headerText(record, 'x-replay-item'))
  const fill = async (name: string, count: number) => {
    const { origin, letters } = await makePair(name, 2, 2)
    await bench.send(
      Array.from({ length: count }, (_, index) =>
        outgoing(letters, {
          partition: index % 2,
          key: `k${index}`,
          headers: springHeaders({ topic: origin, partition: index % 2, offset: BigInt(index) }),
        }),
      ),
    )
    await bench.index()
    const plan = await planOf(bench, letters, { letterIds: await letterIdsOf(letters) })
    return { origin, replay: await start(bench, plan, unpaced) }
  }
  const expectOnce = async (origin: TopicName, replayId: string, count: number) => {
    const copies = await copiesOn(origin)
    expect([copies.length, new Set(copies).size]).toEqual([count, count])
    const { rows } = await bench.database.db.pool.query<{ outcome: string; count: number }>(
      'SELECT outcome, count(*)::int AS count FROM replay_item WHERE replay_id = $1 GROUP BY 1',
      [replayId],
    )
    expect(rows).toEqual([{ outcome: 'SENT', count }])
    const left = await bench.database.db.pool.query('SELECT FROM replay_batch WHERE replay_id = $1', [
      replayId,
    ])
    expect(left.rowCount).toBe(0)
  }

  it('whose worker dies after a commit, with the next batch begun: nothing is sent twice, nothing is lost', async () => {
    const { origin, replay } = await fill('stream-dies', 1_200)
    const dying = withEnds(async (nth, send) => {
      const ended = await send()
      if (nth === 1) {
        await new Promise((resolve) => setTimeout(resolve, 300))
        throw new Error('killed')
      }
      return ended
    })
    await expect(sendAll(bench, replay.id, dying)).rejects.toThrow('killed')
    await sendAll(bench, replay.id)
    await expectOnce(origin, replay.id, 1_200)
  })

  it('goes on where a commit got no answer, and where a batch was aborted', async () => {
    const { origin, replay } = await fill('stream-unknown', 1_200)
    const error = { kind: 'unreachable', detail: 'the line broke', source: 'broker' } as const
    const shaky = withEnds(async (nth, send) => {
      if (nth === 2) return { state: 'aborted', error, written: 3 }
      const ended = await send()
      return nth === 1 ? { state: 'unknown', error } : ended
    })
    await sendAll(bench, replay.id, shaky)
    await expectOnce(origin, replay.id, 1_200)
  })
})

describe('a retry chain of three topics', () => {
  /** Reads a topic as a group and moves each message on as Spring Kafka does, as long as `moves` says so. */
  const consume = async (
    group: string,
    from: TopicName,
    to: TopicName | null,
    moves: (value: string) => boolean,
    origin: TopicName,
  ) => {
    const consumer = bench.kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 })
    consumers.push(consumer)
    await consumer.connect()
    await consumer.subscribe({ topic: from, fromBeginning: true })
    await consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ partition, message }) => {
        const value = message.value?.toString() ?? ''
        if (to === null || !moves(value)) return
        const { messages } = bench.connection.broker
        const record =
          messages && (await good(messages.readAt(from, partition, BigInt(message.offset), bench.call())))
        const first = record?.headers.some((header) => header.name === 'kafka_original-offset')
        const own = [
          text('kafka_original-topic', origin),
          { name: 'kafka_original-partition', value: Buffer.from([0, 0, 0, partition]) },
          int64('kafka_original-offset', BigInt(message.offset)),
        ]
        await bench.send([
          outgoing(to, {
            key: record?.key ?? null,
            value: record?.value ?? null,
            headers: [
              ...(record?.headers ?? []),
              ...(first ? [] : own),
              text('kafka_dlt-original-consumer-group', `chain-${bench.suffix}`),
              text('kafka_exception-cause-fqcn', 'com.shop.StillDownException'),
              text('kafka_exception-message', 'still down'),
            ],
          }),
        ])
      },
    })
  }

  it('is followed through: what is taken at its last topic is settled, what dies there has returned', async () => {
    const group = `chain-${bench.suffix}`
    const { origin, letters } = await makePair('chain')
    const retries = await Promise.all([0, 1, 2].map((each) => bench.makeTopic(`${origin}-retry-${each}`, 1)))
    await bench.send(
      ['heals', 'dies'].map((value, index) =>
        outgoing(letters, {
          key: value,
          value,
          headers: springHeaders({ topic: origin, offset: BigInt(index), group }),
        }),
      ),
    )
    const replay = await replayAll(letters)
    const chain = [origin, ...retries]
    for (const [step, from] of chain.entries())
      await consume(
        step === 0 ? group : `${group}-retry-${step - 1}`,
        from,
        chain[step + 1] ?? letters,
        (value) => step < 3 || value === 'dies',
        origin,
      )
    for (const [step, topic] of retries.entries()) await sampleGroup(bench, `${group}-retry-${step}`, topic)
    const outcomes = async () => {
      await follow(bench, replay.id)
      return (await itemsOf(bench, replay.id)).map(({ outcome }) => outcome)
    }
    await expect.poll(outcomes, { timeout: 40_000, interval: 400 }).toEqual(['SETTLED', 'RETURNED'])
    expect((await itemsOf(bench, replay.id))[1]?.proof).toContain('com.shop.StillDownException')
  }, 90_000)
})
