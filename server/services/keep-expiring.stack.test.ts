import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import {
  type Bench,
  good,
  openBench,
  outgoing,
  springHeaders,
  takeLease,
  text,
} from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { keepExpiring } from './keep-expiring.ts'
import { planReplay } from './plan-replay.ts'
import { keepingLeaseOf } from './read-keeping.ts'
import { readPayload } from './read-payload.ts'
import { lettersOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { showDeadLetter } from './show-dead-letter.ts'

const hourMs = 3_600_000
let bench: Bench
let keeping: Connection

const keep = async (connection = keeping) => {
  const lease = await takeLease(bench.deps, 'keep-expiring:local')
  const report = await good(keepExpiring(bench.deps, connection, lease, bench.call()))
  await lease.release()
  return report
}
const agoMs = (hours: number) => BigInt(Date.now() - hours * hourMs)
const own: readonly RawHeader[] = [
  text('tag', 'first'),
  { name: 'binary', value: Buffer.from([0, 0xff, 0x80, 1]) },
  text('tag', 'second'),
  text('empty', ''),
  { name: 'nothing', value: null },
]

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  keeping = {
    ...bench.connection,
    keepExpiring: { withinMs: 2 * hourMs, letterBytes: 20_000, bytes: 30_000 },
  }
})
afterAll(() => bench.dispose())

it('keeps what is about to be deleted, byte by byte, shows it, and sends it when the broker has it no more', async () => {
  const origin = await bench.makeTopic(`kept-${bench.suffix}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1, { 'retention.ms': String(24 * hourMs) })
  const headersAt = (offset: bigint) => [
    ...own,
    ...springHeaders({ topic: origin, group: 'payments', offset }),
  ]
  const key = Buffer.from([0xfe, 0, 0x80])
  const value = Buffer.from([1, 0, 0xc3, 0x28, 0xff])
  await bench.send([
    outgoing(letters, { key, value, headers: headersAt(7n), timestampMs: agoMs(23.97) }),
    outgoing(letters, {
      key: 'large',
      value: 'x'.repeat(25_000),
      headers: headersAt(8n),
      timestampMs: agoMs(23.95),
    }),
    outgoing(letters, { key: 'nothing', value: null, headers: [...own], timestampMs: agoMs(22.5) }),
    outgoing(letters, { key: 'young', headers: headersAt(9n), timestampMs: agoMs(1) }),
  ])
  const [first, large, empty, young] = await lettersOf(bench, letters)
  expect(await keep(bench.connection)).toEqual({ kept: 0, leftOut: 0, isMore: false, unsized: null })
  expect(await keep()).toEqual({ kept: 2, leftOut: 1, isMore: false, unsized: null })
  expect(await keep()).toEqual({ kept: 0, leftOut: 0, isMore: false, unsized: null })

  const shown = (id = '') => good(showDeadLetter(bench.deps, bench.connection, id, bench.call()))
  const soonOver = async (id = '') => {
    const request = { selection: { letterIds: [id] }, targetTopic: null }
    const { findings } = await good(planReplay(bench.deps, keeping, bench.actor, request, bench.call()))
    return findings.some(({ code }) => code === 'expires-soon')
  }
  expect([await soonOver(first?.id), await soonOver(large?.id)]).toEqual([false, true])
  const before = await shown(first?.id)
  expect(before.kept).toMatchObject({ isGone: false })
  await bench.deleteBefore(letters, 3n)
  const after = await shown(first?.id)
  expect(after.kept).toMatchObject({ isGone: true })
  expect(after).toMatchObject({ record: before.record, recordProblem: null, death: before.death })
  expect(await shown(large?.id)).toMatchObject({ record: null, kept: null })
  expect((await shown(large?.id)).recordProblem).toMatch(
    /deleted by retention: .* It was not kept before\. It has 25\.\d kB; spillway\.yaml lets letters of up to 20\.0 kB be kept\.$/,
  )
  expect((await shown(young?.id)).kept).toBeNull()
  const willBeKept = async (id = '') =>
    (await good(showDeadLetter(bench.deps, keeping, id, bench.call()))).willBeKept
  expect(await willBeKept(young?.id)).toBe(false)
  const held = await takeLease(bench.deps, keepingLeaseOf(keeping.id))
  expect([await willBeKept(young?.id), await willBeKept(first?.id)]).toEqual([true, false])
  await held.release()
  expect((await shown(empty?.id)).record?.value).toMatchObject({ kind: 'null' })

  const payload = await good(
    readPayload(
      bench.deps,
      bench.connection,
      {
        topic: letters,
        position: first?.position ?? ('' as never),
        side: 'value',
        as: 'raw',
        from: 0,
        file: false,
      },
      bench.call(),
    ),
  )
  expect(Buffer.concat([...payload.chunks])).toEqual(value)

  const plan = await planOf(bench, letters, { letterIds: [first?.id ?? '', large?.id ?? ''] })
  expect(plan).toMatchObject({ ready: 1 })
  const replay = await start(bench, plan)
  await sendAll(bench, replay.id)
  const [copy, ...others] = await recordsOf(bench, origin)
  expect(others).toEqual([])
  expect(Buffer.from(copy?.key ?? [])).toEqual(key)
  expect(Buffer.from(copy?.value ?? [])).toEqual(value)
  expect(
    copy?.headers
      .slice(0, own.length)
      .map((header) => [header.name, header.value && Buffer.from(header.value)]),
  ).toEqual(own.map((header) => [header.name, header.value && Buffer.from(header.value)]))
})

it('keeps nothing of failures that are closed, and stops where there is no room any more', async () => {
  const origin = `full-${bench.suffix}`
  const letters = await bench.makeTopic(`${origin}-dlt`, 1, { 'retention.ms': String(24 * hourMs) })
  const dead = (group: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      outgoing(letters, {
        key: `k${index}`,
        value: 'x'.repeat(9_000),
        headers: springHeaders({ topic: origin, group }),
        timestampMs: agoMs(23),
      }),
    )
  await bench.send([...dead('closed', 3), ...dead('open', 4)])
  const [closed] = await lettersOf(bench, letters)
  const input = { id: closed?.failureGroupId ?? '', state: 'archived' } as const
  await good(setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call()))
  const report = await keep()
  expect(report.kept + report.leftOut).toBe(4)
  expect(report.leftOut).toBeGreaterThan(0)
  expect(report.kept).toBeGreaterThan(0)
  const { rows } = await bench.database.db.pool.query(
    `SELECT sum(bytes) FILTER (WHERE left_out IS NULL) < 30000 AS fits, min(left_out) AS why FROM kept_letter WHERE topic = $1`,
    [letters],
  )
  expect(rows[0]).toEqual({
    fits: true,
    why: 'There was no room left: spillway.yaml lets 30.0 kB be kept in all.',
  })
})

it('keeps what retention by size is about to push out, and nothing where there is room', async () => {
  const origin = `sized-${bench.suffix}`
  const topicOf = (name: string, retentionBytes: number) =>
    bench.makeTopic(`${origin}-${name}-dlt`, 1, {
      'retention.ms': String(1_000 * hourMs),
      'retention.bytes': String(retentionBytes),
    })
  const [tight, roomy] = [await topicOf('tight', 30_000), await topicOf('roomy', 100_000_000)]
  const dead = (topic: string) =>
    Array.from({ length: 10 }, (_, index) =>
      outgoing(topic, {
        key: `k${index}`,
        value: Buffer.from(Array.from({ length: 1_000 }, () => Math.floor(Math.random() * 256))),
        headers: springHeaders({ topic: origin, group: 'payments', offset: BigInt(index) }),
        // A day old: of the last two hours is nothing.
        timestampMs: agoMs(24),
      }),
    )
  await bench.send([...dead(tight), ...dead(roomy)])
  await bench.index()
  const kept = async () =>
    (
      await bench.database.db.pool.query(
        'SELECT topic, "offset"::int FROM kept_letter WHERE topic = ANY($1) ORDER BY 1, 2',
        [[tight, roomy]],
      )
    ).rows
  const wide = { ...keeping, keepExpiring: { withinMs: 2 * hourMs, letterBytes: 20_000, bytes: 10_000_000 } }
  await keep(wide)
  expect(await kept()).toEqual([])
  // As many again come now: all of the older ones may go, and as many of the new as exceed the limit.
  await bench.send(dead(tight).map((message) => ({ ...message, timestampMs: agoMs(0) })))
  await bench.index()
  await keep(wide)
  const offsets = (await kept()).map(({ topic, offset }) => [topic, offset])
  expect(offsets.length).toBeGreaterThanOrEqual(10)
  expect(offsets.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, offset) => [tight, offset]))
})
