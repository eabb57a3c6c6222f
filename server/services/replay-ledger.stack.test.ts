import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { KafkaClient } from '#server/adapters/kafka/client.ts'
import { makeDyingClient, requestKeys } from '#server/adapters/kafka/dying-client-fixture.ts'
import { makeTransactions } from '#server/adapters/kafka/transactions.ts'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import {
  decodeLedgerKey,
  decodeLedgerValue,
  type LedgerValue,
  ledgerKeyOf,
} from '#server/domain/replay-ledger.ts'
import type { Transactions } from '#server/ports/transactions.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { cancelReplay } from './cancel-replay.ts'
import { type Bench, good, openBench, outgoing, springHeaders, takeLease } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { findLedgerEnd, readLedger } from './read-ledger.ts'
import {
  headerText,
  itemsOf,
  lettersOf,
  makeLetters,
  planOf,
  recordsOf,
  sendAll,
  start,
} from './replay-fixture.ts'
import { runReplayStep } from './run-replay-step.ts'
import { showReplay } from './show-replay.ts'

let bench: Bench
const clients: KafkaClient[] = []
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.dispose()))
  await bench.dispose()
})

const { endTxn, initProducerId, produce } = requestKeys

/** A worker's connection that dies at a request: the worker goes no further. */
const dyingAt = (key: number, when: 'before' | 'after', nth = 1): Connection => {
  const config = connectionConfig.parse({ id: 'dying', name: 'Dying', brokers: inject('brokers') })
  const { client, isDead } = makeDyingClient(config, key, when, nth)
  clients.push(client)
  const real = makeTransactions(client)
  const orDie = async <T>(work: Promise<T>): Promise<T> => {
    const value = await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        const timer = setInterval(() => {
          if (!isDead()) return
          clearInterval(timer)
          reject(new Error('killed'))
        }, 5)
        work.finally(() => clearInterval(timer)).catch(() => {})
      }),
    ])
    if (isDead()) throw new Error('killed')
    return value
  }
  return withTransactions({
    ...real,
    open: async (id, call) => {
      const opened = await orDie(real.open(id, call))
      if (!opened.ok) return opened
      const producer = opened.value
      return {
        ok: true,
        value: { send: (messages, following, own) => orDie(producer.send(messages, following, own)) },
      }
    },
  })
}
const withTransactions = (transactions: Transactions): Connection => ({
  ...bench.connection,
  broker: { ...bench.connection.broker, transactions },
})
const shown = (id: string) => good(showReplay(bench.deps, bench.connection, id, bench.call()))
const copiesOn = async (topic: TopicName) =>
  (await recordsOf(bench, topic)).map((record) => headerText(record, 'x-replay-item'))
const ledgerOf = async () =>
  (await recordsOf(bench, ledgerTopic())).map((record) => ({
    key: decodeLedgerKey(record.key),
    value: decodeLedgerValue(record.value),
  }))

const ledgerTopic = () => bench.connection.ledgerTopic
const readWholeLedger = async () => {
  const ledger = await good(bench.connection.broker.topics.find(ledgerTopic(), bench.call()))
  for (const { partition } of ledger.partitions) {
    const end = await good(findLedgerEnd(bench.connection, ledger, partition, bench.call()))
    const read = await good(readLedger(bench.deps, bench.connection, ledger, partition, end, bench.call()))
    expect(read.left).toBe(0n)
  }
}
/** What another installation writes of a copy. */
const ledgerValueOf = (job: string): LedgerValue => ({
  job,
  number: 1,
  item: '1',
  target: { topic: 'orders', partition: 0, offset: '1' },
  by: 'ada',
  at: '2026-11-20T03:00:00.000Z',
  hash: '',
  reason: '',
})

/** Everything of a replay was sent once, and ledger and items agree on where. */
const expectExactlyOnce = async (replayId: string, origin: TopicName, count: number) => {
  await expect.poll(async () => (await copiesOn(origin)).length, { timeout: 5_000 }).toBe(count)
  expect(new Set(await copiesOn(origin)).size).toBe(count)
  const items = await itemsOf(bench, replayId)
  expect(items.map(({ outcome }) => outcome)).toEqual(items.map(() => 'SENT'))
  expect(items).toHaveLength(count)
  const records = new Map(
    (await recordsOf(bench, origin)).map((record) => [headerText(record, 'x-replay-item'), record]),
  )
  const noted = new Map(
    (await ledgerOf()).filter(({ value }) => value?.job === replayId).map((one) => [one.value?.item, one]),
  )
  expect(noted.size).toBe(count)
  for (const { id, target } of items) {
    const record = records.get(id)
    expect(target.position).toBe(`${record?.partition}@${record?.offset}`)
    const told = noted.get(id)?.value?.target
    expect(`${told?.partition}@${told?.offset}`).toBe(target.position)
  }
}

describe('a worker that is killed', () => {
  it.each([
    ['before it has a producer', initProducerId, 'before', 1, 0],
    ['after it has a producer', initProducerId, 'after', 2, 0],
    ['after the copies of its first batch were written', produce, 'after', 1, 100],
    ['after the copies of its second batch were written', produce, 'after', 3, 50],
    ['before the ledger is written', produce, 'before', 2, 100],
    ['before the ledger of its second batch is written', produce, 'before', 4, 50],
    ['before it asks for the commit', endTxn, 'before', 1, 100],
    ['before it asks for the second commit', endTxn, 'before', 2, 100],
    ['after the commit and before it is written down', endTxn, 'after', 1, 0],
    ['after the second commit', endTxn, 'after', 2, 0],
  ] as const)(
    '%s: each letter is sent once, and aborted copies are counted',
    async (_, api, when, nth, most) => {
      const name = `once-${api}-${when}-${nth}`
      const { origin, letters } = await makeLetters(bench, name, 150)
      const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
      await expect(sendAll(bench, replay.id, dyingAt(api, when, nth))).rejects.toThrow('killed')
      await sendAll(bench, replay.id)
      await expectExactlyOnce(replay.id, origin, 150)
      const record = await readReplay(bench.deps.db, replay.id)
      expect(record?.sending).toEqual({ mode: 'transactions', why: null })
      const seen = (await uncommitted(origin)).length - 150
      expect(record?.abortedCopies).toBe(seen)
      expect(seen).toBeLessThanOrEqual(most)
      if (most > 0) expect(seen).toBeGreaterThan(0)
    },
    60_000,
  )

  it('has nothing to read back of what it sent itself, its items know it; what others wrote between is read', async () => {
    const { pool } = bench.database.db
    const sent: string[] = []
    const foreign = 'b6a3c1de-0000-4000-8000-00000000abcd'
    const { partitions } = await good(bench.connection.broker.topics.find(ledgerTopic(), bench.call()))
    for (const name of ['known', 'known-too']) {
      const { origin, letters } = await makeLetters(bench, name, 400)
      const { id } = await start(bench, await planOf(bench, letters), { pacePerSecond: 10_000 })
      await sendAll(bench, id)
      await expectExactlyOnce(id, origin, 400)
      sent.push(id)
      const source = { clusterId: 'elsewhere', topicId: name, partition: 0 }
      await bench.send(
        partitions.map(({ partition }) => ({
          topic: ledgerTopic(),
          partition,
          key: Buffer.from(ledgerKeyOf({ ...source, offset: BigInt(partition), attempt: 1 })),
          value: Buffer.from(JSON.stringify(ledgerValueOf(foreign))),
          timestampMs: null,
          headers: [],
        })),
      )
    }
    await readWholeLedger()
    const { rows } = await pool.query<{ job: string; count: number }>(
      'SELECT replay_id AS job, count(*)::int AS count FROM ledger_entry WHERE replay_id = ANY($1) GROUP BY 1',
      [[...sent, foreign]],
    )
    expect(rows).toEqual([{ job: foreign, count: 2 * partitions.length }])
    const spans = await pool.query('SELECT FROM ledger_span WHERE connection_id = $1', [bench.connection.id])
    expect(spans.rowCount).toBe(0)
  })

  it('during the takeover of another that was killed: the third sends the rest once', async () => {
    const { origin, letters } = await makeLetters(bench, 'takeover', 150)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
    await expect(sendAll(bench, replay.id, dyingAt(endTxn, 'after', 1))).rejects.toThrow('killed')
    await expect(sendAll(bench, replay.id, dyingAt(initProducerId, 'after', 1))).rejects.toThrow('killed')
    await sendAll(bench, replay.id)
    await expectExactlyOnce(replay.id, origin, 150)
    const items = await itemsOf(bench, replay.id)
    expect(items.some(({ proof }) => proof.endsWith('as the ledger says'))).toBe(true)
  })
})

const uncommitted = async (topic: TopicName) => {
  const found = await good(bench.connection.broker.topics.find(topic, bench.call()))
  const all: unknown[] = []
  for (const { partition } of found.partitions) {
    const budget = { messages: 100_000, bytes: 1e9, milliseconds: 20_000 }
    const request = { topic, partition, from: 0n, limit: 100_000, budget, isolation: 'uncommitted' } as const
    const read = await bench.connection.broker.messages?.readForward(request, bench.call())
    if (read?.ok) all.push(...read.value.messages)
  }
  return all
}

describe('what became of a batch, when PostgreSQL can not keep it', () => {
  it.each([
    ['of a batch', 1_000],
    ['of a stream', 10_000],
  ])(
    '%s is learnt from the ledger under the same lease: nothing is lost or sent twice',
    async (_, pacePerSecond) => {
      const { origin, letters } = await makeLetters(bench, `unkept-${pacePerSecond}`, 30)
      const { id } = await start(bench, await planOf(bench, letters), { pacePerSecond })
      const { pool } = bench.database.db
      await pool.query(`CREATE OR REPLACE FUNCTION refuse_sent() RETURNS trigger AS $$
      BEGIN RAISE EXCEPTION 'the disk is full'; END $$ LANGUAGE plpgsql`)
      await pool.query(`CREATE TRIGGER refuse_sent BEFORE UPDATE ON replay_item
      FOR EACH ROW WHEN (NEW.outcome = 'SENT') EXECUTE FUNCTION refuse_sent()`)
      const lease = await takeLease(bench.deps, `replay:${id}`)
      const step = async () => {
        const replay = await readReplay(bench.deps.db, id)
        if (!replay) throw new Error('the replay is gone')
        await runReplayStep(bench.deps, bench.connection, replay, lease, bench.call())
        return (await readReplay(bench.deps.db, id))?.state
      }
      try {
        await expect.poll(() => step().catch(String), { timeout: 20_000 }).toContain('the disk is full')
      } finally {
        await pool.query('DROP TRIGGER refuse_sent ON replay_item')
      }
      await expect.poll(step, { timeout: 20_000 }).toBe('following')
      await lease.release()
      await expectExactlyOnce(id, origin, 30)
    },
  )
})

describe('a worker whose producer is fenced', () => {
  it('stops, opens nothing again under its lease, and the next owner sends the rest', async () => {
    const { origin, letters } = await makeLetters(bench, 'fenced', 60)
    const { id } = await start(bench, await planOf(bench, letters), { pacePerSecond: 100 })
    const lease = await takeLease(bench.deps, `replay:${id}`)
    let opened = 0
    const real = bench.connection.broker.transactions as Transactions
    const ids: string[] = []
    const counting = withTransactions({
      ...real,
      open: (name, call) => {
        opened++
        ids.push(name)
        return real.open(name, call)
      },
    })
    let waitMs = 0
    const step = async () => {
      // A step that comes before the pace allows it sends nothing.
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      const replay = await readReplay(bench.deps.db, id)
      if (!replay) throw new Error('the replay is there')
      const answer = await runReplayStep(bench.deps, counting, replay, lease, bench.call())
      waitMs = typeof answer === 'number' ? answer : 0
      return answer
    }
    for (let tries = 0; tries < 10 && (await shown(id)).sent === 0; tries++) await step()
    const before = opened
    await good(real.open(ids[0] ?? '', bench.call()))
    expect(await step()).toBe('fenced')
    expect(await step()).toBe('fenced')
    expect(opened).toBe(before)
    expect((await shown(id)).failure).toContain('Another producer has taken over the work on')
    await lease.release()
    await sendAll(bench, id)
    await expectExactlyOnce(id, origin, 60)
  })
})

describe('the ledger', () => {
  it('is a compacted topic, and holds who sent which letter where', async () => {
    const { letters, origin } = await makeLetters(bench, 'told', 2)
    const replay = await start(bench, await planOf(bench, letters), { reason: 'fixed in 2.1' })
    await sendAll(bench, replay.id)
    await expectExactlyOnce(replay.id, origin, 2)
    const { ledgerTopic } = bench.connection
    const settings = await good(bench.connection.broker.topics.settings([ledgerTopic], bench.call()))
    const policy = settings.get(ledgerTopic)?.find(({ name }) => name === 'cleanup.policy')
    expect(policy?.value).toBe('compact')
    const own = (await ledgerOf()).filter(({ value }) => value?.job === replay.id)
    const found = await good(bench.connection.broker.topics.find(letters, bench.call()))
    const cluster = await good(bench.connection.broker.describe(bench.call()))
    expect(own.map(({ key }) => key)).toEqual(
      [0n, 1n].map((offset) => ({
        clusterId: cluster.clusterId,
        topicId: found.topicId,
        partition: 0,
        offset,
        attempt: 1,
      })),
    )
    expect(own[0]?.value).toMatchObject({ number: replay.number, by: 'tester', reason: 'fixed in 2.1' })
  })

  it('keeps a letter from being sent again by an installation that knows nothing of the first', async () => {
    const { letters, origin } = await makeLetters(bench, 'elsewhere', 20)
    const first = await start(bench, await planOf(bench, letters))
    await sendAll(bench, first.id)
    const other = await openBench(inject('brokers'), inject('databaseUrl'))
    const connection = { ...other.connection, ledgerTopic: bench.connection.ledgerTopic }
    try {
      // Its plan was made before it could know.
      const second = await start(other, await planOf(other, letters, { connection: other.connection }))
      await sendAll(other, second.id, connection)
      const items = await itemsOf(other, second.id)
      expect(items.map(({ outcome }) => outcome)).toEqual(items.map(() => 'SKIPPED'))
      expect(items[0]?.proof).toMatch(
        /^not sent: replay #\d+ of tester sent it at .* UTC, as the ledger says$/,
      )
    } finally {
      await other.dispose()
    }
    expect(await copiesOn(origin)).toHaveLength(20)
  })

  it('that is read in the middle of a stream keeps back what another installation sent of that partition', async () => {
    const origin = await bench.makeTopic(`midway-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 2)
    await bench.send(
      Array.from({ length: 20 }, (_, index) =>
        outgoing(letters, {
          partition: index % 2,
          key: `k${index}`,
          headers: springHeaders({ topic: origin, offset: BigInt(index) }),
        }),
      ),
    )
    const inSecond = (await lettersOf(bench, letters)).filter(({ position }) => position.startsWith('1@'))
    const some = inSecond.slice(2, 7).map(({ id }) => id)
    await sendAll(bench, (await start(bench, await planOf(bench, letters, { letterIds: some }))).id)
    const other = await openBench(inject('brokers'), inject('databaseUrl'))
    const connection = { ...other.connection, ledgerTopic: bench.connection.ledgerTopic }
    try {
      const second = await start(other, await planOf(other, letters, { connection: other.connection }))
      await sendAll(other, second.id, connection)
      const items = await itemsOf(other, second.id)
      expect(items.filter(({ outcome }) => outcome === 'SKIPPED')).toHaveLength(5)
      expect(items.filter(({ outcome }) => outcome === 'SENT')).toHaveLength(15)
    } finally {
      await other.dispose()
    }
    const keys = (await recordsOf(bench, origin)).map(({ key }) => key?.toString())
    expect(keys.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `k${index}`).toSorted())
  })
})

describe('a second replay of the same dead-letter partition', () => {
  it('waits behind the first, says so, and begins when that has sent all', async () => {
    const { letters, origin } = await makeLetters(bench, 'queue', 40)
    const rows = (await planOf(bench, letters)).ready
    expect(rows).toBe(40)
    const ids = await letterIds(letters)
    const first = await start(bench, await planOf(bench, letters, { letterIds: ids.slice(0, 20) }))
    const second = await start(bench, await planOf(bench, letters, { letterIds: ids.slice(20) }))
    const lease = await takeLease(bench.deps, `replay:${second.id}`)
    const waiting = await readReplay(bench.deps.db, second.id)
    if (!waiting) throw new Error('the replay is there')
    await runReplayStep(bench.deps, bench.connection, waiting, lease, bench.call())
    await lease.release()
    expect((await shown(second.id)).failure).toBe(
      `Waiting behind replay #${first.number}, which works on ${letters} partition 0. It begins by itself`,
    )
    expect(await copiesOn(origin)).toEqual([])
    await sendAll(bench, first.id)
    await sendAll(bench, second.id)
    expect((await shown(second.id)).failure).toBeNull()
    expect(await copiesOn(origin)).toHaveLength(40)
  })
})

const letterIds = async (topic: string): Promise<string[]> =>
  (await lettersOf(bench, topic)).map(({ id }) => id)

describe('a ledger that can not be read any more', () => {
  const limits = { settleMs: 200, goneMs: 500, unreadableMs: 1_500, deniedMs: 1_500, stoppingMs: 1_000 }
  const unreadable = (): Connection => {
    const { messages } = bench.connection.broker
    if (!messages) throw new Error('the broker can be read by position')
    const readForward: typeof messages.readForward = async (request, call) =>
      request.topic === bench.connection.ledgerTopic
        ? { ok: false, error: { kind: 'denied', detail: 'this user may not read it', source: 'broker' } }
        : messages.readForward(request, call)
    return {
      ...bench.connection,
      broker: { ...bench.connection.broker, messages: { ...messages, readForward } },
    }
  }

  it('ends the replay: what was begun is unknown, what was not has failed, and each says why', async () => {
    const { letters } = await makeLetters(bench, 'unreadable', 150)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
    await expect(sendAll(bench, replay.id, dyingAt(endTxn, 'after', 1))).rejects.toThrow('killed')
    await sendAll(bench, replay.id, unreadable(), { limits })
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ outcome }) => outcome)).toEqual(
      items.map((_, index) => (index < 100 ? 'UNKNOWN' : 'FAILED')),
    )
    expect(items[0]?.proof).toContain(`the ledger ${bench.connection.ledgerTopic}: this user may not read it`)
    expect((await shown(replay.id)).failure).toContain('this user may not read it')
  })

  it.each(['not there any more', 'there again under its name, and empty'])(
    'because it was deleted, and is %s, ends the replay: nothing is sent twice',
    async (state) => {
      const { origin, letters } = await makeLetters(bench, `forgotten-${state.length}`, 150)
      const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
      await expect(sendAll(bench, replay.id, dyingAt(endTxn, 'after', 1))).rejects.toThrow('killed')
      const { ledgerTopic } = bench.connection
      await bench.deleteTopic(ledgerTopic)
      if (state.startsWith('there')) await bench.makeTopic(ledgerTopic, 8, { 'cleanup.policy': 'compact' })
      await sendAll(bench, replay.id, bench.connection, { limits })
      const items = await itemsOf(bench, replay.id)
      expect(items.map(({ outcome }) => outcome)).toEqual(
        items.map((_, index) => (index < 100 ? 'UNKNOWN' : 'FAILED')),
      )
      expect((await shown(replay.id)).failure).toContain('was deleted')
      expect(await copiesOn(origin)).toHaveLength(100)
    },
    60_000,
  )

  it('does not keep the replay from being stopped', async () => {
    const { letters } = await makeLetters(bench, 'unreadable-stopped', 150)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
    await expect(sendAll(bench, replay.id, dyingAt(endTxn, 'after', 1))).rejects.toThrow('killed')
    await good(cancelReplay(bench.deps, bench.connection, bench.actor, replay.id, bench.call()))
    await sendAll(bench, replay.id, unreadable(), { limits })
    const { state, outcomes } = await shown(replay.id)
    expect([state, outcomes.UNKNOWN, outcomes.SKIPPED]).toEqual(['cancelled', 100, 50])
  })
})

it('a replay that is stopped after a crash learns from the ledger what it had sent', async () => {
  const { origin, letters } = await makeLetters(bench, 'stopped', 150)
  const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
  await expect(sendAll(bench, replay.id, dyingAt(endTxn, 'after', 1))).rejects.toThrow('killed')
  await good(cancelReplay(bench.deps, bench.connection, bench.actor, replay.id, bench.call()))
  await sendAll(bench, replay.id)
  const { state, outcomes } = await shown(replay.id)
  expect([state, outcomes.SENT, outcomes.SKIPPED]).toEqual(['cancelled', 100, 50])
  expect(await copiesOn(origin)).toHaveLength(100)
})

describe('a cluster or a user without transactions', () => {
  it('gets copies at least once, with the reason', async () => {
    const { letters, origin } = await makeLetters(bench, 'fallback', 20)
    const { id } = await start(bench, await planOf(bench, letters))
    const real = bench.connection.broker.transactions as Transactions
    const detail = 'this user may not use the transactional id'
    const refusing = withTransactions({
      ...real,
      open: async () => ({ ok: false, error: { kind: 'denied', detail, source: 'broker' } }),
    })
    await sendAll(bench, id, refusing)
    expect(await copiesOn(origin)).toHaveLength(20)
    expect((await readReplay(bench.deps.db, id))?.sending).toEqual({ mode: 'at-least-once', why: detail })
  })
})
