import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import { readDyingGroups } from '#server/repositories/overview-facts.ts'
import { type Bench, good, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { listFailureGroups } from './list-failure-groups.ts'
import { follow, itemsOf, lettersOf, planOf, sendAll, start } from './replay-fixture.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { showFailureGroupEvidence } from './show-failure-group-evidence.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

it('tells how letters differ, asks for a mark, and counts new deaths from it', async () => {
  const topic = await bench.makeTopic(`evidence-${bench.suffix}-dlt`, 1)
  const hourMs = 3_600_000
  const startMs = Date.now() - 10 * hourMs
  const die = (at: number, atMs: number, version: string) => {
    const headers = springHeaders({
      topic: `evidence-${bench.suffix}`,
      group: `payments-${bench.suffix}`,
      errorClass: `com.shop.Evidence${bench.suffix}`,
      message: at % 3 === 0 ? `order ${1000 + at} after 7 ms` : `order ${1000 + at} after 9 ms`,
      partition: at % 2,
    })
    const letter = {
      headers: [...headers, text('x-app-version', version), text('tag', 'app')],
      key: `k${at % 5}`,
    }
    return outgoing(topic, { ...letter, timestampMs: BigInt(atMs) })
  }
  await bench.send(Array.from({ length: 60 }, (_, at) => die(at, startMs + at * 60_000, '1.0.1')))
  await bench.index()
  const { rows } = await bench.database.db.pool.query(
    'SELECT id FROM failure_group WHERE origin_topic = $1',
    [`evidence-${bench.suffix}`],
  )
  const id: string = rows[0].id
  const show = () => good(showFailureGroupEvidence(bench.deps, bench.connection, id))

  const before = await show()
  expect(before).toMatchObject({
    fix: { verdict: 'no-mark', mark: null },
    lookedAt: 60,
    keys: { distinct: 5, without: 0 },
    partitions: [
      { partition: 0, count: 30 },
      { partition: 1, count: 30 },
    ],
    versions: [{ header: 'x-app-version', value: '1.0.1', count: 60 }],
  })
  expect(before.samples.map(({ count }) => count)).toEqual([40, 20])
  expect(before.times.reduce((sum, { count }) => sum + count, 0)).toBe(60)

  const fix = { text: 'payments 1.0.2', atMs: startMs + 2 * hourMs }
  const input = { id, state: 'fix-out', fix } as const
  await good(setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call()))
  expect(await show()).toMatchObject({
    fix: { verdict: 'quiet', mark: { text: 'payments 1.0.2', by: 'tester' } },
    deploys: [
      { mark: null, deaths: 60 },
      { mark: { text: 'payments 1.0.2' }, deaths: 0, perHour: 0 },
    ],
  })

  await bench.send([die(1, startMs + 3 * hourMs, '1.0.2')])
  await bench.index()
  expect(await show()).toMatchObject({
    fix: { verdict: 'still-dying' },
    deploys: [{ deaths: 60 }, { deaths: 1 }],
  })
})

it('knows the deploys of a service whose spans name no group, by the topic that it consumes', async () => {
  const origin = `unnamed-${bench.suffix}`
  const topic = await bench.makeTopic(`${origin}-dlt`, 1)
  const traceId = randomBytes(16).toString('hex')
  const headers = [
    ...springHeaders({ topic: origin, group: `payments-of-${origin}`, errorClass: 'com.shop.Unnamed' }),
    text('traceparent', `00-${traceId}-${'ab'.repeat(8)}-01`),
  ]
  await bench.send([outgoing(topic, { headers, timestampMs: BigInt(Date.now() - 600_000) })])
  await bench.index()
  const { pool } = bench.database.db
  const span = (service: string, kind: number, about: string | null) =>
    pool.query(
      `INSERT INTO span (trace_id, span_id, day, kind, service, name, start_ns, end_ns, status, attributes, resource, events, topic)
       SELECT decode($1, 'hex'), decode($2, 'hex'), current_date, $3, $4, 'x', 1, 2, 0, '{}', '{}', '[]', $5`,
      [traceId, randomBytes(8).toString('hex'), kind, service, about],
    )
  await span('checkout', 4, origin)
  await span('auditor', 5, 'another-topic')
  await span('charger', 5, origin)
  const { rows } = await pool.query('SELECT id FROM failure_group WHERE origin_topic = $1', [origin])
  const mark = (service: string, agoMs: number) =>
    pool.query(
      `INSERT INTO mark (at, kind, text, service, created_by) VALUES ($1, 'deploy', $2, $3, 'pipeline')`,
      [new Date(Date.now() - agoMs), `${service} 2`, service],
    )
  await mark('charger', 60_000)
  await mark('checkout', 30_000)
  await mark('auditor', 20_000)
  const { deploys } = await good(showFailureGroupEvidence(bench.deps, bench.connection, rows[0].id))
  const services = deploys.flatMap(({ mark: one }) => one?.service ?? [])
  expect(services).toEqual(['charger'])
})

it('counts letters that keep the time of their origin by their coming, but for those that were there before', async () => {
  const hourMs = 3_600_000
  const origin = `connect-${bench.suffix}`
  const topic = await bench.makeTopic(`${origin}-dlt`, 1)
  const later = await bench.makeTopic(`${origin}-late-dlt`, 1)
  const producedMs = Date.now() - 5 * hourMs
  const die = (to: string) =>
    outgoing(to, {
      timestampMs: BigInt(producedMs),
      headers: [
        text('__connect.errors.topic', origin),
        text('__connect.errors.partition', '0'),
        text('__connect.errors.offset', '7'),
        text('__connect.errors.connector.name', 'sink'),
        text('__connect.errors.exception.class.name', `com.shop.Sink${bench.suffix}`),
      ],
    })
  await bench.send([die(topic), die(topic)])
  await bench.index()
  const { rows } = await bench.database.db.pool.query(
    'SELECT id FROM failure_group WHERE origin_topic = $1',
    [origin],
  )
  const id: string = rows[0].id
  const fix = { text: 'sink 2', atMs: Date.now() - 60_000 }
  const input = { id, state: 'fix-out', fix } as const
  await good(setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call()))
  const show = () => good(showFailureGroupEvidence(bench.deps, bench.connection, id))
  expect((await show()).deploys.slice(-2).map(({ deaths }) => deaths)).toEqual([2, 0])

  await bench.send([die(topic), die(topic), die(later)])
  await bench.index()
  const { fix: judged, deploys } = await show()
  expect(judged.verdict).toBe('still-dying')
  expect(deploys.slice(-2).map(({ deaths }) => deaths)).toEqual([2, 3])
  const query = endpoints.listFailureGroups.query.parse({ state: 'all', topic: origin })
  const inbox = await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0)
  expect(inbox.data.groups.map(({ trend }) => sum(trend))).toEqual([3])
  const dying = (await readDyingGroups(bench.database.db, bench.connection.id, 100)).find(
    (one) => one.id === id,
  )
  expect(sum(dying?.deaths ?? [])).toBe(3)
})

it('tells copies that returned with another error apart, also of a replay of several failure groups', async () => {
  const origin = await bench.makeTopic(`half-${bench.suffix}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const died = (errorClass: string, offset: bigint) =>
    outgoing(letters, { headers: springHeaders({ topic: origin, offset, errorClass }) })
  const own = `com.shop.Half${bench.suffix}`
  await bench.send([died(own, 10_000n), died(own, 10_001n), died('com.shop.Another', 10_002n)])
  const [first] = await lettersOf(bench, letters)
  const id = first?.failureGroupId ?? ''
  const fix = { text: 'payments 2.0.0', atMs: Date.now() }
  const input = { id, state: 'fix-out', fix } as const
  await good(setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call()))
  const replay = await start(bench, await planOf(bench, letters))
  await sendAll(bench, replay.id)
  const show = () => good(showFailureGroupEvidence(bench.deps, bench.connection, id))
  const returnAs = async (errorClass: string, letter: number) => {
    const position = (await itemsOf(bench, replay.id))[letter]?.target.position?.split('@')[1]
    await bench.send([died(errorClass, BigInt(position ?? -1))])
    await follow(bench, replay.id)
    return show()
  }
  const halfWay = (await returnAs('com.shop.Timeout', 0)).fix
  expect(halfWay.verdict).not.toBe('still-dying')
  expect(halfWay.points.map(({ text: words }) => words)).toContain(
    'Of its letters replayed since payments 2.0.0 0 settled, 0 returned with this error and 1 with another.',
  )
  const { verdict, points } = (await returnAs(own, 1)).fix
  expect(verdict).toBe('still-dying')
  expect(points.at(-1)?.text).toContain('1 returned with this error and 1 with another')
})
