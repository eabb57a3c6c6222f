import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { LeaseLostError } from '#server/repositories/leases.ts'
import {
  type Bench,
  good,
  int32,
  openBench,
  outgoing,
  springHeaders,
  takeLease,
  text,
} from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { indexDeadLetters } from './index-dead-letters.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listFailureGroups } from './list-failure-groups.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { showDeadLetter } from './show-dead-letter.ts'
import { showFailureGroup } from './show-failure-group.ts'

let bench: Bench
let origin: TopicName
let letters: TopicName

const groups = async (topic: string = origin) => {
  const query = { q: '', limit: 200, state: 'all', topic: topic as TopicName } as const
  return (await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))).data.groups
}
const lettersOf = (topic: string, limit = 500, cursor?: string) =>
  good(
    listDeadLetters(
      bench.deps,
      bench.connection,
      { topic: topic as TopicName, limit, ...(cursor === undefined ? {} : { cursor }) },
      bench.call(),
    ),
  )
const dead = (topic: string, count: number, message: (index: number) => Parameters<typeof outgoing>[1]) =>
  bench.send(Array.from({ length: count }, (_, index) => outgoing(topic, message(index))))
/** The connection as if it had this topic alone: others write to the broker at the same time. */
const onlyWith = (topic: string): Connection => {
  const { connection } = bench
  const list = async (call: Call) => {
    const listed = await connection.broker.topics.list(call)
    return listed.ok ? succeed(listed.value.filter(({ name }) => name === topic)) : listed
  }
  return { ...connection, broker: { ...connection.broker, topics: { ...connection.broker.topics, list } } }
}

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await bench.makeTopic(`idx-${bench.suffix}`, 3)
  letters = await bench.makeTopic(`${origin}-dlt`, 3)
  await dead(letters, 700, (index) => ({
    partition: index % 3,
    key: `order-${index}`,
    headers: [
      text('tag', 'x'),
      ...springHeaders({
        topic: origin,
        partition: index % 3,
        offset: BigInt(index),
        group: 'payments',
        ...(index % 7 === 0 ? { errorClass: 'com.shop.Timeout', message: `after ${index} ms` } : {}),
      }),
    ],
  }))
})
afterAll(() => bench.dispose())

/** Rows of a topic; others on the same broker have their letters, too. */
const countRows = async (topic: string): Promise<number> => {
  const { rows } = await bench.database.db.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM dead_letter WHERE topic = $1',
    [topic],
  )
  return rows[0]?.count ?? 0
}

describe('the dead-letter index', () => {
  it('counts every record once, however often it is broken off', async () => {
    const lease = await takeLease(bench.deps, 'index-dead-letters:local')
    for (const patienceMs of [1, 5, 10, 20, 40, 60, 80]) {
      const call = { signal: AbortSignal.timeout(patienceMs) }
      await indexDeadLetters(bench.deps, bench.connection, lease, call).catch(() => null)
    }
    await lease.release()
    await bench.index()
    const found = await groups()
    expect(found.map(({ count, rootCause }) => [count, rootCause]).sort()).toEqual([
      [100, 'com.shop.Timeout'],
      [600, 'com.shop.CardDeclinedException'],
    ])
    expect((await lettersOf(letters)).total).toBe(700)
    await bench.index()
    expect(await countRows(letters)).toBe(700)
  })

  it('counts nothing again when its positions are lost', async () => {
    await bench.database.db.pool.query('DELETE FROM index_position')
    await bench.index()
    expect(await countRows(letters)).toBe(700)
    expect((await lettersOf(letters)).total).toBe(700)
    expect((await groups()).reduce((sum, { count }) => sum + count, 0)).toBe(700)
  })

  it('writes nothing once another worker has taken over, which goes on where it was', async () => {
    const lease = await takeLease(bench.deps, 'index-dead-letters:local')
    await dead(letters, 5, () => ({ headers: springHeaders({ topic: origin, group: 'payments' }) }))
    await bench.database.db.pool.query('UPDATE lease SET fence = fence + 1')
    await expect(indexDeadLetters(bench.deps, bench.connection, lease, bench.call())).rejects.toThrow(
      LeaseLostError,
    )
    expect((await lettersOf(letters)).total).toBe(700)
    await bench.database.db.pool.query("UPDATE lease SET expires_at = now() - interval '1 second'")
    await bench.index()
    expect((await lettersOf(letters)).total).toBe(705)
  })

  it('names each failure by root cause and application frame, with where it came from', async () => {
    const group = (await groups()).find(({ rootCause }) => rootCause === 'com.shop.Timeout')
    expect(group).toMatchObject({
      errorClass: 'com.shop.Timeout',
      message: 'after * ms',
      frame: 'com.shop.PaymentClient.charge(PaymentClient.java)',
      originTopic: origin,
      group: 'payments',
      deadLetterTopics: [letters],
      conventions: ['spring-dead-letter'],
      state: 'new',
    })
    expect(group?.trend.reduce((sum, count) => sum + count, 0)).toBe(100)
    expect(group?.firstExpiresAt).toBeGreaterThan(Date.now())
    const shown = await good(showFailureGroup(bench.deps, bench.connection, group?.id ?? '', bench.call()))
    expect(shown.stackLines.filter(({ application }) => application).map((line) => line.text.trim())).toEqual(
      [
        'at com.shop.PaymentClient.charge(PaymentClient.java:88)',
        'at com.shop.Listener.on(Listener.java:31)',
      ],
    )
  })

  it('lists letters newest first by a cursor that stays while new ones arrive', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await lettersOf(letters, 200, cursor)
      seen.push(...page.letters.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
      if (seen.length === 200) {
        await dead(letters, 3, () => ({ headers: springHeaders({ topic: origin, group: 'payments' }) }))
        await bench.index()
      }
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(705)
  })

  it('makes a resolved failure group new again when it dies again', async () => {
    const group = (await groups()).find(({ rootCause }) => rootCause === 'com.shop.Timeout')
    const id = group?.id ?? ''
    const input = { id, state: 'resolved' } as const
    await good(setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call()))
    await bench.database.db.pool.query('DELETE FROM index_position')
    await bench.index()
    expect((await groups()).find((one) => one.id === id)?.state).toBe('resolved')
    const headers = springHeaders({
      topic: origin,
      group: 'payments',
      errorClass: 'com.shop.Timeout',
      message: 'after 9 ms',
    })
    await dead(letters, 1, () => ({ headers }))
    await bench.index()
    expect((await groups()).find((one) => one.id === id)).toMatchObject({ state: 'new', count: 101 })
  })

  it('says when the oldest letter expires that is still there', async () => {
    const hourMs = 3_600_000
    const topic = await bench.makeTopic(`idx-exp-${bench.suffix}-dlt`, 1, {
      'retention.ms': String(2 * hourMs),
    })
    const now = Date.now()
    const headers = springHeaders({ topic: `idx-exp-${bench.suffix}`, group: 'payments' })
    await bench.send(
      [5 * hourMs, hourMs, 0].map((agoMs) => outgoing(topic, { headers, timestampMs: BigInt(now - agoMs) })),
    )
    await bench.index()
    const [group] = await groups(`idx-exp-${bench.suffix}`)
    expect(group).toMatchObject({ count: 3, firstExpiresAt: now + hourMs })
    expect((await groups(topic)).map(({ id }) => id)).toEqual([group?.id])
  })

  it('takes no letter of a transaction that was aborted', async () => {
    const topic = await bench.makeTopic(`idx-tx-${bench.suffix}-dlt`, 1)
    const transactionalId = `idx-tx-${bench.suffix}`
    const producer = bench.kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (const end of ['abort', 'commit'] as const) {
      const transaction = await producer.transaction()
      await transaction.send({
        topic,
        messages: [
          { key: end, value: end },
          { key: end, value: end },
        ],
      })
      await transaction[end]()
    }
    await producer.disconnect()
    await dead(topic, 1, () => ({ key: 'after' }))
    // The coordinator answers before the markers are written.
    const keys = async () => {
      await bench.index()
      return (await lettersOf(topic)).letters.map(({ keyText }) => keyText).sort()
    }
    await vi.waitFor(async () => expect(await keys()).toEqual(['after', 'commit', 'commit']), 10_000)
  })

  it('is not behind, and pauses, while a transaction is open that nobody reads beyond', async () => {
    const topic = await bench.makeTopic(`idx-open-${bench.suffix}-dlt`, 1)
    await dead(topic, 2, () => ({ key: 'before' }))
    const producer = bench.kafka.producer({
      transactionalId: `idx-open-${bench.suffix}`,
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ key: 'held', value: 'held' }] })
    await dead(topic, 3, () => ({ key: 'behind' }))
    const lease = await takeLease(bench.deps, 'index-dead-letters:local')
    const step = () => good(indexDeadLetters(bench.deps, onlyWith(topic), lease, bench.call()))
    expect(await step()).toEqual({ indexed: 2, behind: 0n, moved: true })
    expect(await step()).toEqual({ indexed: 0, behind: 0n, moved: false })
    await transaction.commit()
    await producer.disconnect()
    let indexed = 0
    await vi.waitFor(async () => {
      indexed += (await step()).indexed
      expect(indexed).toBe(4)
    }, 10_000)
    await lease.release()
  })

  it('tells how far it is behind as a number, whatever the words beside it', async () => {
    const behind = async () => {
      const query = { q: '', limit: 200, state: 'all' } as const
      return (await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))).data.index
        .behindMessages
    }
    await bench.index()
    expect(await behind()).toBe('0')
    await bench.database.db.pool.query(
      "UPDATE source_freshness SET behind = 9007199254740993, detail = 'not done' WHERE source = 'dead-letter-index'",
    )
    expect(await behind()).toBe('9007199254740993')
    await bench.index()
    expect(await behind()).toBe('0')
  })

  it('jumps over what retention has deleted', async () => {
    const topic = await bench.makeTopic(`idx-ret-${bench.suffix}-dlt`, 1)
    const headers = springHeaders({ topic: `idx-ret-${bench.suffix}`, group: 'payments' })
    await dead(topic, 10, () => ({ headers }))
    await bench.index()
    await dead(topic, 10, () => ({ headers }))
    await bench.deleteBefore(topic, 15n)
    await bench.index()
    expect((await lettersOf(topic)).total).toBe(15)
  })

  it('goes on with records whose time, key, headers or text are rubbish', async () => {
    const settings = { 'message.timestamp.after.max.ms': '9223372036854775807' }
    const topic = await bench.makeTopic(`idx-odd-${bench.suffix}-dlt`, 1, settings)
    const own = (headers = springHeaders({ topic: 'x', group: 'y' })) => headers
    await bench.send([
      outgoing(topic, { timestampMs: -1n, headers: own() }),
      outgoing(topic, { timestampMs: 9_000_000_000_000_000_000n, headers: own() }),
      outgoing(topic, { key: Buffer.from([0, 255, 0]), headers: own() }),
      outgoing(topic, { key: 'a\0b', headers: [text('kafka_dlt-exception-message', 'a\0b'), ...own()] }),
      outgoing(topic, { key: null, value: null }),
      outgoing(topic, { headers: [text('kafka_dlt-original-topic', ''), int32('retry_topic-attempts', -5)] }),
      outgoing(topic, {
        headers: [text('traceparent', 'rubbish'), text('x-replay-item', '99999999999999999999')],
      }),
      outgoing(topic, { headers: [text('kafka_dlt-original-topic', 'q'.repeat(5_000))] }),
    ])
    await bench.index()
    const page = await lettersOf(topic)
    expect(page.total).toBe(8)
    for (const { diedAt } of page.letters) expect(Math.abs(diedAt - Date.now())).toBeLessThan(60_000)
  })

  it('takes no letter for a returned copy that only carries the number of some item', async () => {
    const topic = await bench.makeTopic(`idx-lin-${bench.suffix}-dlt`, 1)
    const lineage = [text('x-replay-id', '00000000-0000-4000-8000-000000000000'), text('x-replay-item', '1')]
    await dead(topic, 1, () => ({ headers: [...lineage, ...springHeaders({ topic: origin })] }))
    await bench.index()
    const { rows } = await bench.database.db.pool.query(
      'SELECT count(*)::int AS count FROM dead_letter WHERE replay_item_id IS NOT NULL',
    )
    expect(rows[0]).toEqual({ count: 0 })
  })

  it('keeps letters without readable headers apart, with the origin that the name of the topic tells', async () => {
    const topic = await bench.makeTopic(`error.idx-${bench.suffix}.billing`, 1)
    await dead(topic, 2, () => ({}))
    await bench.index()
    expect((await lettersOf(topic)).letters[0]).toMatchObject({
      convention: 'unrecognised',
      originTopic: `idx-${bench.suffix}`,
      originPosition: null,
    })
  })

  it('begins anew with a topic that was deleted and made again', async () => {
    const name = `idx-anew-${bench.suffix}-dlt`
    await bench.makeTopic(name, 1)
    await dead(name, 8, () => ({ headers: springHeaders({ topic: `anew-${bench.suffix}`, group: 'g' }) }))
    await bench.index()
    await bench.admin.deleteTopics({ topics: [name] })
    await expect
      .poll(async () => (await bench.admin.listTopics()).includes(name), { timeout: 10_000 })
      .toBe(false)
    await bench.makeTopic(name, 1)
    await dead(name, 3, () => ({ headers: springHeaders({ topic: `anew-${bench.suffix}`, group: 'g' }) }))
    await bench.index()
    expect((await lettersOf(name)).total).toBe(3)
    expect((await groups(`anew-${bench.suffix}`)).map(({ count }) => count)).toEqual([3])
  })

  it('knows a topic made anew by its id, though it reaches further than the former one', async () => {
    const name = `idx-other-${bench.suffix}-dlt`
    const origin = `other-${bench.suffix}`
    const headers = springHeaders({ topic: origin, group: 'g' })
    await bench.makeTopic(name, 2)
    await dead(name, 8, (index) => ({ key: 'former', partition: index % 2, headers }))
    await bench.index()
    // An index that was written before ids were kept takes the id of the topic that is there.
    await bench.database.db.pool.query('UPDATE index_position SET topic_id = NULL')
    await bench.index()
    expect(await countRows(name)).toBe(8)
    await bench.deleteTopic(name)
    await expect
      .poll(async () => (await bench.admin.listTopics()).includes(name), { timeout: 10_000 })
      .toBe(false)
    await bench.makeTopic(name, 1)
    await dead(name, 10, () => ({ key: 'new', headers }))
    const keys = async () => {
      await bench.index()
      return (await lettersOf(name)).letters.map(({ keyText }) => keyText)
    }
    // The list of topics may be some seconds old.
    await expect.poll(keys, { timeout: 10_000 }).toEqual(Array.from({ length: 10 }, () => 'new'))
    expect((await groups(origin)).map(({ count }) => count)).toEqual([10])
  })
})

describe('a dead letter', () => {
  it('is shown with its record, what each header means, and the record that died', async () => {
    const topic = await bench.makeTopic(`idx-one-${bench.suffix}`, 1)
    const own = await bench.makeTopic(`${topic}-dlt`, 1)
    const [at] = await bench.send([outgoing(topic, { key: 'k', value: '{"amount":9007199254740993}' })])
    const headers = [text('tag', 'x'), ...springHeaders({ topic, offset: at?.offset ?? 0n, group: 'g' })]
    await dead(own, 1, () => ({ key: 'k', value: '{"amount":9007199254740993}', headers }))
    await bench.index()
    const [letter] = (await lettersOf(own)).letters
    const shown = await good(showDeadLetter(bench.deps, bench.connection, letter?.id ?? '', bench.call()))
    expect(shown.record?.value.text).toContain('9007199254740993')
    expect(shown.death.originTopic).toEqual({
      value: topic,
      from: 'header',
      header: 'kafka_dlt-original-topic',
      index: 1,
    })
    expect(shown.death.attempts?.value).toBe('2')
    expect(shown.origin).toMatchObject({ state: 'found', sameKey: true, sameValue: true })
    expect(shown.letter).toMatchObject({ keyText: 'k', attempts: 2, originPosition: `0@${at?.offset}` })
    expect(shown.degraded).toEqual([])
    await bench.deleteBefore(topic, 1n)
    await bench.deleteBefore(own, 1n)
    const later = await good(showDeadLetter(bench.deps, bench.connection, letter?.id ?? '', bench.call()))
    expect(later.record).toBeNull()
    expect(later.recordProblem).toContain('deleted by retention')
    expect(later.origin.state).toBe('deleted')
  })
})
