import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SpanRecord } from '#server/domain/traces/span-record.ts'
import { listOpenReplayIds } from '#server/repositories/replays.ts'
import { writeSpans } from '#server/repositories/spans.ts'
import { makeSpan } from '#server/repositories/spans-fixture.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type Bench, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { follow, itemsOf, planOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench
let topics = 0
let spans = 0
const quiet = { quietMs: 500, giveUpMs: 600_000 }

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  // Dead letters of other tests on the same broker are read before the clock of the first test runs.
  await bench.index()
})
afterAll(() => bench.dispose())

/** A letter of a group that is not there, sent back to its origin. */
const sendOne = async (group: string) => {
  const origin = await bench.makeTopic(`spans-${bench.suffix}-${topics++}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const headers = springHeaders({ topic: origin, offset: 10_000n, group })
  await bench.send([outgoing(letters, { value: 'x', headers })])
  const replay = await start(bench, await planOf(bench, letters))
  await sendAll(bench, replay.id)
  return { replay, origin, letters }
}
/** Stores the span of a consumer that processed the copy, which is the first record of its topic. */
const store = async (topic: string, group: string | null, parts: Partial<SpanRecord> = {}) => {
  const startNs = BigInt(Date.now()) * 1_000_000n
  const trace = (++spans << 8) + 1
  const span = makeSpan(trace, trace, {
    kind: 5,
    service: 'payments',
    name: `process ${topic}`,
    startNs,
    endNs: startNs + 41_000_000n,
    message: { topic, partition: 0, offset: 0n, group },
    ...parts,
  })
  await writeSpans(bench.deps.db, [span])
  return { trace, startNs }
}
const itemOf = async (replayId: string) => (await itemsOf(bench, replayId))[0]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const outcomeAfterQuiet = async (replayId: string) => {
  for (let look = 0; look < 4; look++) {
    await follow(bench, replayId, quiet)
    await pause(600)
  }
  return itemOf(replayId)
}
/** Commits past the copy, as a member of the group would. */
const commit = (groupId: string, topic: string) => commitOffsets(bench.brokers, groupId, topic, [1])

describe('a copy whose group keeps no offset', () => {
  it('is consumed by the span of that group for that very offset, and settled only after the quiet period', async () => {
    const group = `out-${bench.suffix}`
    const { replay, origin, letters } = await sendOne(group)
    await store(origin, group)
    await follow(bench, replay.id, { quietMs: 60_000, giveUpMs: 600_000 })
    expect(await itemOf(replay.id)).toMatchObject({
      outcome: 'CONSUMED',
      proof: `processed by ${group}, which keeps no offset there (span payments process ${origin} without error, 41 ms)`,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    await follow(bench, replay.id, { quietMs: 60_000, giveUpMs: 600_000 })
    expect((await itemOf(replay.id))?.outcome).toBe('CONSUMED')
    const settled = await outcomeAfterQuiet(replay.id)
    expect(settled?.outcome).toBe('SETTLED')
    expect(settled?.proof).toContain(` · not seen again in ${letters} for 0.5 s`)
  })

  it('is not consumed by the span of another group, of another offset, or of none', async () => {
    const group = `own-${bench.suffix}`
    const { replay, origin } = await sendOne(group)
    await store(origin, 'fraud')
    await store(origin, null)
    await store(origin, group, { message: { topic: origin, partition: 0, offset: 1n, group } })
    expect((await outcomeAfterQuiet(replay.id))?.outcome).toBe('SENT')
  })

  it('is not consumed by a span whose trace sent something into its chain then', async () => {
    const group = `handed-${bench.suffix}`
    const { replay, origin, letters } = await sendOne(group)
    const { trace, startNs } = await store(origin, group)
    const sent = { topic: letters, partition: null, offset: null, group: null }
    await writeSpans(bench.deps.db, [
      makeSpan(trace, trace + 1, {
        kind: 4,
        startNs: startNs + 1_000n,
        endNs: startNs + 2_000n,
        message: sent,
      }),
    ])
    expect((await outcomeAfterQuiet(replay.id))?.outcome).toBe('SENT')
    await follow(bench, replay.id, { quietMs: 500, giveUpMs: 1 })
    const item = await itemOf(replay.id)
    expect(item?.outcome).toBe('UNKNOWN')
    expect(item?.proof).toContain(`but its trace sent something to ${letters} then: it proves nothing`)
  })

  it('and whose span ended with an error is unknown, which says so', async () => {
    const group = `error-${bench.suffix}`
    const { replay, origin } = await sendOne(group)
    await store(origin, group, { status: 2, statusMessage: 'card refused' })
    expect((await outcomeAfterQuiet(replay.id))?.outcome).toBe('SENT')
    await follow(bench, replay.id, { quietMs: 500, giveUpMs: 1 })
    const item = await itemOf(replay.id)
    expect(item?.outcome).toBe('UNKNOWN')
    expect(item?.proof).toContain(`its span payments process ${origin} ended with an error (card refused)`)
  })
})

describe('a copy that its group has committed past', () => {
  it('is settled with the words of its span and the trace', async () => {
    const group = `both-${bench.suffix}`
    const { replay, origin } = await sendOne(group)
    await commit(group, origin)
    await store(origin, group)
    const item = await outcomeAfterQuiet(replay.id)
    expect(item?.outcome).toBe('SETTLED')
    expect(item?.proof).toMatch(/^consumed by .* · not seen again in .* for 0.5 s · span payments process /)
    expect(item?.traceId).toMatch(/^[0-9a-f]{32}$/)
  })

  it('is unknown when its span ended with an error and no dead letter came', async () => {
    const group = `lost-${bench.suffix}`
    const { replay, origin } = await sendOne(group)
    await commit(group, origin)
    await store(origin, group, { status: 2, statusMessage: 'card refused' })
    const item = await outcomeAfterQuiet(replay.id)
    expect(item?.outcome).toBe('UNKNOWN')
    expect(item?.proof).toContain('may have given it up without a dead letter')
  })
})

describe('a copy that its group has committed past, in a trace that goes on', () => {
  /** What the trace of a copy's processing sent somewhere then. */
  const sendOn = ({ trace, startNs }: Awaited<ReturnType<typeof store>>, topic: string) =>
    writeSpans(bench.deps.db, [
      makeSpan(trace, trace + 1, {
        kind: 4,
        startNs: startNs + 1_000n,
        endNs: startNs + 2_000n,
        message: { topic, partition: null, offset: null, group: null },
      }),
    ])
  it('into its dead-letter topic is unknown, though no letter of it was seen', async () => {
    const group = `sent-on-${bench.suffix}`
    const { replay, origin, letters } = await sendOne(group)
    await commit(group, origin)
    await sendOn(await store(origin, group), letters)
    const item = await outcomeAfterQuiet(replay.id)
    expect(item?.outcome).toBe('UNKNOWN')
    expect(item?.proof).toContain(
      `, yet its span payments process ${origin} ended without error, but its trace sent something to ${letters} then`,
    )
  })
  it('into another topic, or into that in which another group gave it up, is settled', async () => {
    const group = `goes-on-${bench.suffix}`
    const { replay, origin } = await sendOne(group)
    await commit(group, origin)
    const theirs = await bench.makeTopic(`${origin}-theirs-dlt`, 1)
    const processed = await store(origin, group)
    await sendOn(processed, `shipments-${bench.suffix}`)
    await sendOn(processed, theirs)
    const headers = springHeaders({ topic: origin, offset: 0n, group: `theirs-${bench.suffix}` })
    await bench.send([outgoing(theirs, { headers })])
    expect((await outcomeAfterQuiet(replay.id))?.outcome).toBe('SETTLED')
  })
})

describe('a copy that died again by a framework that keeps none of its headers', () => {
  /** Only the pointer to where it died, as a share group writes it (KIP-1191). */
  const pointerTo = (topic: string, group: string) => [
    text('__dlq.errors.topic', topic),
    text('__dlq.errors.partition', '0'),
    text('__dlq.errors.offset', '0'),
    text('__dlq.errors.group', group),
    text('__dlq.errors.message', 'Offset rejected by client.'),
  ]
  it('has returned, by the coordinates of its origin', async () => {
    const group = `share-${bench.suffix}`
    const { replay, origin, letters } = await sendOne(group)
    await bench.send([outgoing(letters, { key: null, value: null, headers: pointerTo(origin, group) })])
    await follow(bench, replay.id, quiet)
    expect((await itemOf(replay.id))?.outcome).toBe('RETURNED')
  })
  it('has returned, also after it had settled', async () => {
    const group = `late-share-${bench.suffix}`
    const { replay, origin, letters } = await sendOne(group)
    await commit(group, origin)
    expect((await outcomeAfterQuiet(replay.id))?.outcome).toBe('SETTLED')
    await bench.send([outgoing(letters, { key: null, value: null, headers: pointerTo(origin, group) })])
    await bench.index()
    expect(await listOpenReplayIds(bench.deps.db)).toContain(replay.id)
    await follow(bench, replay.id, quiet)
    expect((await itemOf(replay.id))?.outcome).toBe('RETURNED')
  })
  it('has returned, also where it was indexed before it was known where the copy stands', async () => {
    const group = `early-${bench.suffix}`
    const { replay, origin, letters } = await sendOne(group)
    await bench.database.db.pool.query('UPDATE replay_item SET target_offset = NULL WHERE replay_id = $1', [
      replay.id,
    ])
    await bench.send([outgoing(letters, { key: null, value: null, headers: pointerTo(origin, group) })])
    await follow(bench, replay.id, quiet)
    await bench.database.db.pool.query('UPDATE replay_item SET target_offset = 0 WHERE replay_id = $1', [
      replay.id,
    ])
    expect((await itemOf(replay.id))?.outcome).toBe('SENT')
    await follow(bench, replay.id, quiet)
    expect((await itemOf(replay.id))?.outcome).toBe('RETURNED')
  })
})

describe('a copy that nobody has read', () => {
  it('is unknown because there is no such group', async () => {
    const group = `gone-${bench.suffix}`
    const { replay } = await sendOne(group)
    await follow(bench, replay.id, { quietMs: 500, giveUpMs: 1 })
    expect((await itemOf(replay.id))?.proof).toBe(
      `${group} has not committed past it within 0 min: the broker knows no group ${group}`,
    )
  })
  it('is unknown because its group has no members', async () => {
    const group = `empty-${bench.suffix}`
    const { replay, origin } = await sendOne(group)
    await commitOffsets(bench.brokers, group, origin, [0])
    await follow(bench, replay.id, { quietMs: 500, giveUpMs: 1 })
    expect((await itemOf(replay.id))?.proof).toContain('it has no members')
  })
})
