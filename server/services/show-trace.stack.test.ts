import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { makePostgresTraces } from '#server/adapters/postgres-traces/make-postgres-traces.ts'
import { compose } from '#server/composition.ts'
import type { TopicName, TraceId } from '#server/contracts/scalars.ts'
import type { TraceDetail } from '#server/contracts/traces.ts'
import { traceDetail, traceListQuery } from '#server/contracts/traces.ts'
import { readEnv } from '#server/env.ts'
import { writeSpans } from '#server/repositories/spans.ts'
import { makeSpan, spanBytes, traceBytes } from '#server/repositories/spans-fixture.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import type { Deps } from './deps.ts'
import { listTraces } from './list-traces.ts'
import { showTrace } from './show-trace.ts'

const nowMs = 1_795_240_000_000
const at = (ms: number): bigint => BigInt(nowMs - 60_000 + ms) * 1_000_000n
const call = { signal: AbortSignal.timeout(120_000) }
const idOf = (n: number) => traceBytes(n).toString('hex') as TraceId

let database: TestDatabase
let deps: Deps
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  const clock = { nowMs: () => nowMs }
  const { deps: composed } = compose(readEnv({ DATABASE_URL: database.url }), { connections: [] })
  deps = { ...composed, db: database.db, clock, traces: makePostgresTraces(database.db, clock) }
})
afterAll(() => database.drop())

const send = (trace: number, span: number, ms: number) =>
  makeSpan(trace, span, {
    name: 'send orders',
    service: 'orders',
    kind: 4,
    startNs: at(ms),
    endNs: at(ms + 2),
    message: { topic: 'orders', partition: null, offset: null, group: null },
  })

const show = async (trace: number): Promise<TraceDetail> => {
  const shown = await showTrace(deps, { traceId: idOf(trace) }, call)
  if (!shown.ok) throw new Error(shown.error.detail)
  return traceDetail.parse(shown.value)
}
const names = (detail: TraceDetail) => detail.spans.map(({ service, name }) => `${service}: ${name}`)

test('a batch consumer with a trace of its own joins the trace of the message, without the other messages', async () => {
  const batch = makeSpan(50, 500, {
    name: 'poll orders',
    service: 'payments',
    kind: 3,
    startNs: at(100),
    endNs: at(900),
  })
  const handling = (span: number, linked: number, offset: bigint) =>
    makeSpan(50, span, {
      name: `process order ${linked}`,
      service: 'payments',
      kind: 5,
      parentSpanId: spanBytes(500),
      startNs: at(102 + linked),
      endNs: at(200),
      status: linked === 1 ? 2 : 0,
      message: { topic: 'orders', partition: 3, offset, group: 'payments' },
      links: [{ traceId: traceBytes(linked), spanId: spanBytes(linked * 10) }],
    })
  await writeSpans(deps.db, [
    ...[1, 2, 3].map((n) => send(n, n * 10, 0)),
    batch,
    ...[1, 2, 3].map((n) => handling(500 + n, n, BigInt(n))),
    makeSpan(50, 601, {
      name: 'charge',
      service: 'payments',
      parentSpanId: spanBytes(501),
      startNs: at(120),
      endNs: at(150),
    }),
  ])
  await database.db.prisma.deadLetter.create({
    data: {
      connectionId: 'local',
      topic: 'orders-dlt',
      partition: 0,
      offset: 7n,
      failureGroupId: 'group',
      diedAt: new Date(nowMs),
      convention: 'spring',
      errorClass: 'CardDeclined',
      traceId: idOf(50),
    },
  })
  const detail = await show(1)
  expect(names(detail)).toEqual([
    'orders: send orders',
    'payments: poll orders',
    'payments: process order 1',
    'payments: charge',
  ])
  expect(detail.edges).toMatchObject([
    { topic: 'orders', partition: 3, offset: '1', waitedNs: '101000000', by: 'link' },
  ])
  expect(detail).toMatchObject({
    waitedNs: '101000000',
    errors: 1,
    truncated: false,
    services: ['orders', 'payments'],
  })
  expect(detail.deadLetters).toMatchObject([{ topic: 'orders-dlt' as TopicName, errorClass: 'CardDeclined' }])

  const ofBatch = await show(50)
  expect(ofBatch.edges.map(({ waitedNs }) => waitedNs)).toEqual(['101000000', '102000000', '103000000'])
})

test('consumers of consumers join in', async () => {
  const chain = [60, 61, 62, 63].flatMap((trace, n) => [
    makeSpan(trace, trace * 10, {
      kind: 5,
      service: `hop-${n}`,
      startNs: at(1_000 * n),
      endNs: at(1_000 * n + 50),
      links: n === 0 ? [] : [{ traceId: traceBytes(trace - 1), spanId: spanBytes((trace - 1) * 10 + 1) }],
    }),
    { ...send(trace, trace * 10 + 1, 1_000 * n + 10), parentSpanId: spanBytes(trace * 10) },
  ])
  await writeSpans(deps.db, chain)
  expect((await show(60)).edges).toHaveLength(3)
  expect((await show(62)).edges).toHaveLength(3)
})

test('a trace beyond the budget says that it is not whole', async () => {
  await writeSpans(
    deps.db,
    Array.from({ length: 5_001 }, (_, n) => makeSpan(70, 70_000 + n, { startNs: at(n), endNs: at(n + 1) })),
  )
  const detail = await show(70)
  expect([detail.spans.length, detail.truncated]).toEqual([5_000, true])
})

test('a trace that is not there is not found', async () => {
  expect(await showTrace(deps, { traceId: idOf(999) }, call)).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  })
})

test('the list is filtered and paged without gaps or repeats while new traces come', async () => {
  const write = (from: number, count: number, parts: Parameters<typeof makeSpan>[2] = {}) =>
    writeSpans(
      deps.db,
      Array.from({ length: count }, (_, n) =>
        makeSpan(from + n, from + n, {
          service: 'listed',
          startNs: at(10_000 + Math.floor(n / 3)),
          endNs: at(10_100),
          ...parts,
        }),
      ),
    )
  await write(1_000, 25)
  await write(1_100, 1, { status: 2, endNs: at(15_000) })
  await writeSpans(deps.db, [makeSpan(1_200, 1_200, { service: 'spillway-web', startNs: at(20_000) })])
  await writeSpans(deps.db, [makeSpan(1_300, 1_300, { service: 'listed', startNs: at(-8_000_000) })])
  const list = async (query: Record<string, string>) => {
    const found = await listTraces(deps, traceListQuery.parse(query), call)
    if (!found.ok) throw new Error(found.error.detail)
    return found.value
  }
  const pages: string[] = []
  let cursor: string | undefined
  do {
    const page = await list({ service: 'listed', limit: '10', ...(cursor === undefined ? {} : { cursor }) })
    pages.push(...page.traces.map((trace) => trace.traceId))
    if (cursor === undefined) await write(1_400, 5, { startNs: at(11_000) })
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(pages).toHaveLength(26)
  expect(new Set(pages).size).toBe(26)
  expect((await list({ service: 'listed', errors: 'true' })).traces).toHaveLength(1)
  expect((await list({ service: 'listed', minDurationMs: '1000' })).traces).toHaveLength(1)
  expect((await list({ service: 'listed', minutes: '180', limit: '200' })).traces).toHaveLength(32)
  expect(
    (await list({ limit: '200' })).traces.some(({ services }) => services.includes('spillway-web')),
  ).toBe(false)
  expect((await list({ service: 'spillway-web' })).traces).toHaveLength(1)
  const wrong = await listTraces(deps, traceListQuery.parse({ cursor: 'x' }), call)
  expect(wrong).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
})

test('the list says how long messages of a trace waited and where', async () => {
  const message = (topic: string) => ({ topic, partition: null, offset: null, group: null })
  const step = (span: number, parent: number | null, kind: number, topic: string, from: number, to: number) =>
    makeSpan(2_000, span, {
      service: 'waiting',
      kind,
      parentSpanId: parent === null ? null : spanBytes(parent),
      startNs: at(from),
      endNs: at(to),
      message: message(topic),
    })
  await writeSpans(deps.db, [
    step(2_001, null, 4, 'orders', 0, 1),
    step(2_002, 2_001, 5, 'orders', 9_001, 9_002),
    step(2_003, 2_002, 4, 'orders-retry-0', 9_002, 9_002),
    step(2_004, 2_003, 5, 'orders-retry-0', 9_502, 9_600),
    makeSpan(2_100, 2_100, { service: 'waiting', startNs: at(-1), endNs: at(3) }),
  ])
  const found = await listTraces(deps, traceListQuery.parse({ service: 'waiting' }), call)
  if (!found.ok) throw new Error(found.error.detail)
  expect(found.value.traces.map(({ waitedNs, waits }) => ({ waitedNs, waits }))).toEqual([
    {
      waitedNs: '9500000000',
      waits: [
        { topic: 'orders', kind: 'queue', waitedNs: '9000000000', messages: 1 },
        { topic: 'orders-retry-0', kind: 'retry', waitedNs: '500000000', messages: 1 },
      ],
    },
    { waitedNs: '0', waits: [] },
  ])
})

test('the copy that a replay sent waits from its sending on, and its letter is told as settled', async () => {
  const process = (span: number, ms: number, offset: bigint) =>
    makeSpan(77, span, {
      parentSpanId: spanBytes(700),
      name: 'process orders',
      service: 'payments',
      kind: 5,
      startNs: at(ms),
      endNs: at(ms + 10),
      message: { topic: 'orders', partition: 0, offset, group: 'payments' },
    })
  await writeSpans(database.db, [send(77, 700, 0), process(701, 12, 7n), process(702, 36_500, 90n)])
  const { pool } = database.db
  const letter = await pool.query<{ id: string }>(
    `INSERT INTO dead_letter (connection_id, topic, partition, "offset", failure_group_id, died_at, convention, trace_id)
     VALUES ('local', 'orders-dlt', 0, 1, 'f', now(), 'smallrye', $1) RETURNING id`,
    [idOf(77)],
  )
  const id = letter.rows[0]?.id
  await pool.query(
    `INSERT INTO replay (id, number, connection_id, state, title, targets, plan)
     VALUES ('00000000-0000-4000-8000-000000000001', 1, 'local', 'done', '', '{}', '{}')`,
  )
  await pool.query(
    `INSERT INTO replay_item (replay_id, seq, letter_id, source_topic, source_partition, source_offset, target_topic,
       target_partition, target_offset, outcome, sent_at)
     VALUES ('00000000-0000-4000-8000-000000000001', 1, $1, 'orders-dlt', 0, 1, 'orders', 0, 90, 'SETTLED', $2)`,
    [id, new Date(nowMs - 60_000 + 36_400)],
  )
  const shown = await show(77)
  expect(shown.edges.map(({ waitedNs }) => waitedNs)).toEqual(['10000000', '100000000'])
  expect(shown.waitedNs).toBe('110000000')
  expect(shown.deadLetters).toEqual([{ id, topic: 'orders-dlt', errorClass: null, settledByReplay: 1 }])
})
