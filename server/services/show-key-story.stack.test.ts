import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import type { KeyEvent } from '#server/contracts/key-story.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { readEnv } from '#server/env.ts'
import { insertSamples } from '#server/repositories/lag-samples.ts'
import { type Bench, good, openBench, outgoing, springHeaders, takeLease } from './dead-letter-fixture.ts'
import { lettersOf, planOf, sendAll, start } from './replay-fixture.ts'
import { showKeyStory } from './show-key-story.ts'
import { showLetterMoment } from './show-letter-moment.ts'

const group = 'payments'
const diedAtMs = Date.now() - 60_000
/** That `springHeaders` tell of the origin. */
const writtenMs = 1_795_000_000_000n

let bench: Bench
let origin: TopicName
let letters: TopicName
let letterId: string

const story = (query: { newer?: string; older?: string } = {}) =>
  good(showKeyStory(bench.deps, bench.connection, { id: letterId, ...query }, bench.call()))
const moment = (id = letterId) => good(showLetterMoment(bench.deps, bench.connection, id, bench.call()))
const placesOf = (events: readonly KeyEvent[]) =>
  events.flatMap((one) => (one.kind === 'message' ? [one.message.position] : []))

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await bench.makeTopic(`story-${bench.suffix}`, 1)
  letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const at = (key: string, minutes: number) =>
    outgoing(origin, { key, timestampMs: writtenMs + BigInt(minutes * 60_000) })
  // Of the key stand 0, 2 (the one that died) and 4 to 28.
  await bench.send([at('order-7', -2), at('other', -1), at('order-7', 0), at('other', 1)])
  await bench.send(Array.from({ length: 25 }, (_, index) => at('order-7', index + 2)))
  await bench.send([
    outgoing(letters, {
      key: 'order-7',
      timestampMs: BigInt(diedAtMs),
      headers: springHeaders({ topic: origin, offset: 2n, group }),
    }),
  ])
  await bench.index()
  letterId = (await lettersOf(bench, letters))[0]?.id ?? ''
  // The first look may wait long for a thread to start on a machine that is busy.
  await showKeyStory(bench.deps, bench.connection, { id: letterId }, bench.call(100_000))
}, 120_000)
afterAll(() => bench.dispose())

describe('everything that happened to the key of a letter', () => {
  it('begins with the messages around it and after it, and looks further where it left off', async () => {
    const first = await story()
    expect([first.keyText, first.notLooked, first.degraded]).toEqual(['order-7', null, []])
    expect(new Set(placesOf(first.events))).toEqual(
      new Set(['0@0', '0@2', ...Array.from({ length: 20 }, (_, index) => `0@${index + 4}`)]),
    )
    expect([first.newer?.stop, first.newer?.goOnFrom, first.older?.goOnFrom]).toEqual(['enough', '23', null])
    const further = await story({ newer: first.newer?.goOnFrom ?? '' })
    expect(placesOf(further.events)).toEqual(['0@28', '0@27', '0@26', '0@25', '0@24'])
    expect([further.newer?.stop, further.older, further.events.length]).toEqual(['end', null, 5])
  })

  it('tells newest first, with the letter and the message that died', async () => {
    const { events } = await story()
    const times = events.map(({ atMs }) => atMs ?? 0)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(events.filter((one) => one.kind === 'letter' && one.isThis)).toHaveLength(1)
    expect(events.filter((one) => one.kind === 'message' && one.isOrigin)).toHaveLength(1)
  })

  it('names replays and the copies that they sent', async () => {
    const replay = await start(bench, await planOf(bench, letters, { letterIds: [letterId] }))
    await sendAll(bench, replay.id)
    const [sent] = (await story()).events.filter((one) => one.kind === 'replay')
    expect(sent).toMatchObject({ replay: { replayId: replay.id, letterId, outcome: 'SENT' } })
    const { events } = await story({ newer: '28' })
    expect(events).toMatchObject([
      { kind: 'message', copyOf: { replayId: replay.id, number: replay.number } },
    ])
  })

  it('says why nothing is looked for where there is no key', async () => {
    const own = await bench.makeTopic(`keyless-${bench.suffix}-dlt`, 1)
    await bench.send([outgoing(own, { key: null, headers: springHeaders({ topic: origin, offset: 900n }) })])
    const [letter] = await lettersOf(bench, own)
    const told = await good(
      showKeyStory(bench.deps, bench.connection, { id: letter?.id ?? '' }, bench.call()),
    )
    expect(told.notLooked).toContain('no key (null)')
    expect(told.events.map(({ kind }) => kind)).toEqual(['letter'])
  })
})

describe('the moment of a death', () => {
  it('has no lag without samples, and says so', async () => {
    expect((await moment()).lag).toEqual({
      state: 'none',
      why: expect.stringContaining('No samples are kept'),
    })
  })

  it('has the lag of the group at that time, from the nearest sample', async () => {
    const lease = await takeLease(bench.deps, 'sample-lag:local')
    for (const [lag, ago] of [
      [12n, 65_000],
      [48n, 20_000],
    ] as const)
      await insertSamples(
        bench.deps.db,
        bench.connection.id,
        {
          groups: [
            {
              group,
              topic: origin,
              lag,
              endSum: 100n,
              committedSum: 100n - lag,
              members: 2,
              state: 'stable',
            },
          ],
          topics: [],
          ageMs: Date.now() - diedAtMs + (ago === 65_000 ? 5_000 : -40_000),
        },
        lease,
      )
    await lease.release()
    expect((await moment()).lag).toMatchObject({
      state: 'sampled',
      group,
      topic: origin,
      lagMessages: '12',
      members: 2,
      groupState: 'stable',
    })
  })

  it('tells that nothing names a schema where none does', async () => {
    expect(await moment()).toMatchObject({ schemas: [], noSchema: 'This connection has no schema registry.' })
  })
})

describe('the schemas of a letter', () => {
  let composition: Composition
  beforeAll(() => {
    composition = compose(readEnv({ DATABASE_URL: bench.database.url }), {
      connections: [
        connectionConfig.parse({
          id: 'local',
          name: 'Local',
          brokers: inject('brokers'),
          registry: { url: inject('registryUrl') },
        }),
      ],
    })
  })
  afterAll(() => composition.dispose())

  it('are told as it was written with, and as the registry holds them now', async () => {
    const [connection] = composition.deps.connections
    if (!connection?.registry) throw new Error('the connection has a registry')
    const { catalogue } = connection.registry
    const subject = `${origin}-value`
    const draft = (...names: string[]) => ({
      type: 'AVRO' as const,
      text: JSON.stringify({
        type: 'record',
        name: 'Order',
        fields: names.map((name) => ({ name, type: 'string', default: '' })),
      }),
      references: [],
    })
    const id = await good(catalogue.register(subject, draft('total'), bench.call()))
    const value = Buffer.from([0, 0, 0, 0, 0, 2, 0x61])
    value.writeInt32BE(id, 1)
    const headers = springHeaders({ topic: origin, offset: 901n, group })
    await bench.send([outgoing(letters, { key: 'order-9', value, headers })])
    const letter = (await lettersOf(bench, letters)).at(-1)
    const told = async () =>
      (await good(showLetterMoment(bench.deps, connection, letter?.id ?? '', bench.call()))).schemas
    const then = { side: 'value', id, subject, version: 1, decodes: true, problem: null }
    expect(await told()).toMatchObject([{ ...then, registered: 'yes', latestVersion: 1 }])
    await good(catalogue.register(subject, draft('total', 'tax'), bench.call()))
    expect(await told()).toMatchObject([{ ...then, registered: 'yes', latestVersion: 2 }])
    await good(catalogue.deleteVersion(subject, 1, { permanent: false }, bench.call()))
    expect(await told()).toMatchObject([{ id, subject, registered: 'deleted', latestVersion: 2 }])
    value.writeInt32BE(2_000_000_000, 1)
    await bench.send([outgoing(letters, { key: 'order-9', value, headers })])
    const unknown = (await lettersOf(bench, letters)).at(-1)
    const { schemas } = await good(showLetterMoment(bench.deps, connection, unknown?.id ?? '', bench.call()))
    expect(schemas).toMatchObject([{ id: 2_000_000_000, registered: 'gone', decodes: false }])
  })
})
