import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { replayItemList } from '#server/contracts/replays.ts'
import { succeed } from '#server/domain/result.ts'
import { listOpenReplayIds } from '#server/repositories/replays.ts'
import { gatherConsumers, giveUp, type Place, sampleGroup } from './consumer-fixture.ts'
import { type Bench, good, openBench, springHeaders } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import {
  abortOn,
  follow,
  itemsOf,
  lettersOf,
  makeDeaths,
  planOf,
  sendAll,
  start,
  withPublisher,
} from './replay-fixture.ts'
import { showReplay } from './show-replay.ts'

let bench: Bench
let topics = 0
const consumers = gatherConsumers()

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterEach(consumers.stopAll)
afterAll(() => bench.dispose())

const consume = (group: string, topic: string, handle: (place: Place) => Promise<void>) =>
  consumers.start(bench, group, topic, handle)
const makeTopics = (values: readonly string[], group: string | undefined) =>
  makeDeaths(bench, `fol-${bench.suffix}-${topics++}`, values, { group, partitions: 2 })
const outcomes = async (replayId: string) => {
  const items = await itemsOf(bench, replayId)
  replayItemList.parse({ items, nextCursor: null })
  return items.map(({ outcome }) => outcome)
}
/** Follows until the outcomes are as expected. */
const until = (
  replayId: string,
  expected: readonly string[],
  timing?: { quietMs: number; giveUpMs: number },
  connection?: Connection,
) =>
  expect
    .poll(
      async () => {
        await follow(bench, replayId, timing, connection)
        return outcomes(replayId)
      },
      { timeout: 30_000, interval: 300 },
    )
    .toEqual(expected)

describe('a copy', () => {
  it('is consumed when the group has committed past it, and settled after the quiet period', async () => {
    const group = `good-${bench.suffix}`
    const { origin, letters } = await makeTopics(['a', 'b', 'c', 'd'], group)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await follow(bench, replay.id)
    expect(await outcomes(replay.id)).toEqual(['SENT', 'SENT', 'SENT', 'SENT'])
    await consume(group, origin, async () => {})
    await until(replay.id, ['CONSUMED', 'CONSUMED', 'CONSUMED', 'CONSUMED'], {
      quietMs: 60_000,
      giveUpMs: 600_000,
    })
    const [consumed] = await itemsOf(bench, replay.id)
    expect(consumed?.proof).toMatch(
      new RegExp(
        `^consumed by ${group} by \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC \\(offset \\d+ committed, copy at \\d+\\)$`,
      ),
    )
    await until(replay.id, ['SETTLED', 'SETTLED', 'SETTLED', 'SETTLED'])
    const [settled] = await itemsOf(bench, replay.id)
    expect(settled?.proof).toBe(`${consumed?.proof} · not seen again in ${letters} for 1.5 s`)
    expect(await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).toMatchObject({
      state: 'done',
      outcomes: { SETTLED: 4 },
    })
    const again = await planOf(bench, letters)
    expect(again.findings.map(({ code, count }) => [code, count])).toContainEqual(['already-settled', 4])
  })

  it('has returned when it died again, with the same error or another', async () => {
    const group = `bad-${bench.suffix}`
    const { origin, letters } = await makeTopics(['fine', 'same', 'other'], group)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await consume(group, origin, async (place) => {
      if (place.value === 'fine') return
      const again = {
        ...place,
        group,
        ...(place.value === 'other' ? { errorClass: 'com.shop.Timeout' } : {}),
      }
      await giveUp(bench, place, letters, springHeaders(again))
    })
    const items = async () => {
      await follow(bench, replay.id)
      const found = await itemsOf(bench, replay.id)
      const values = new Map((await lettersOf(bench, letters)).map(({ id, position }) => [id, position]))
      return found.map(({ letterId, outcome }) => [values.get(letterId), outcome]).sort()
    }
    await expect.poll(items, { timeout: 30_000, interval: 300 }).toEqual([
      ['0@0', 'SETTLED'],
      ['0@1', 'RETURNED'],
      ['0@2', 'RETURNED'],
    ])
    const proofs = (await itemsOf(bench, replay.id)).map(({ proof }) => proof).join('\n')
    expect(proofs).toMatch(/died again in .* com\.shop\.CardDeclinedException, the same error as before/)
    expect(proofs).toMatch(/died again in .* com\.shop\.Timeout, another error than before/)
    const rows = await lettersOf(bench, letters)
    expect(
      rows
        .slice(0, 3)
        .map(({ lastReplay }) => lastReplay?.outcome)
        .sort(),
    ).toEqual(['RETURNED', 'RETURNED', 'SETTLED'])
    const plan = await planOf(bench, letters)
    // The two copies that came back stand for their letters.
    expect(plan).toMatchObject({ total: 5, ready: 2 })
  })

  it('that comes back after it had settled is told all the same', async () => {
    const group = `late-${bench.suffix}`
    const { origin, letters } = await makeTopics(['x'], group)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    const seen: Place[] = []
    await consume(group, origin, async (place) => {
      seen.push(place)
    })
    await until(replay.id, ['SETTLED'])
    const [place] = seen
    if (place) await giveUp(bench, place, letters, springHeaders({ ...place, group }))
    await bench.index()
    expect(await listOpenReplayIds(bench.database.db)).toContain(replay.id)
    await until(replay.id, ['RETURNED'])
    expect(await listOpenReplayIds(bench.database.db)).not.toContain(replay.id)
  })

  it('in a retry topic is retrying until it was consumed there', async () => {
    const group = `retry-${bench.suffix}`
    const { origin, letters } = await makeTopics(['x'], group)
    const retries = await bench.makeTopic(`${origin}-retry-0`, 1)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await consume(group, origin, (place) => giveUp(bench, place, retries, springHeaders({ ...place, group })))
    await until(replay.id, ['RETRYING'])
    expect((await itemsOf(bench, replay.id))[0]?.proof).toContain(`moved it to ${retries} (0@0)`)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await follow(bench, replay.id)
    expect(await outcomes(replay.id)).toEqual(['RETRYING'])
    await consume(`${group}-retry`, retries, async () => {})
    await sampleGroup(bench, `${group}-retry`, retries)
    await until(replay.id, ['SETTLED'])
  })

  it('is not settled while a partition of a retry topic does not answer, and is found there when it does', async () => {
    const group = `hidden-${bench.suffix}`
    const { origin, letters } = await makeTopics(['x'], group)
    const retries = await bench.makeTopic(`${origin}-retry`, 2)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await consume(group, origin, (place) => giveUp(bench, place, retries, springHeaders({ ...place, group })))
    const { broker } = bench.connection
    let isAway = true
    const offsets: typeof broker.topics.offsets = async (asked, call) => {
      const answer = await broker.topics.offsets(asked, call)
      if (!answer.ok || !isAway || !asked.some(({ name }) => name === retries)) return answer
      const error = { kind: 'unreachable', detail: 'its leader is away', source: 'broker' } as const
      const known = answer.value.map((one) => ({
        ...one,
        partitions: one.partitions.filter(({ partition }) => partition !== 0),
        failed: [{ partition: 0, error }],
      }))
      return succeed(known)
    }
    const connection = {
      ...bench.connection,
      broker: { ...broker, topics: { ...broker.topics, offsets } },
    }
    await until(replay.id, ['CONSUMED'], undefined, connection)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await follow(bench, replay.id, undefined, connection)
    expect(await outcomes(replay.id)).toEqual(['CONSUMED'])
    isAway = false
    await until(replay.id, ['RETRYING'], undefined, connection)
  })

  it('without a named group is consumed when all that read the topic have', async () => {
    const { origin, letters } = await makeTopics(['x'], undefined)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    const [one, two] = [`any-a-${bench.suffix}`, `any-b-${bench.suffix}`]
    await sampleGroup(bench, one, origin)
    await sampleGroup(bench, two, origin)
    await consume(one, origin, async () => {})
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    await follow(bench, replay.id)
    expect(await outcomes(replay.id)).toEqual(['SENT'])
    await consume(two, origin, async () => {})
    await until(replay.id, ['SETTLED'])
    expect((await itemsOf(bench, replay.id))[0]?.proof).toContain(`consumed by ${one} and ${two}`)
  })

  it('whose offset the broker did not tell is never taken for consumed', async () => {
    const group = `blind-${bench.suffix}`
    const { origin, letters } = await makeTopics(['x'], group)
    const replay = await start(bench, await planOf(bench, letters))
    const connection = withPublisher(bench, (real) => async (messages, call) => {
      const sent = await real.send(messages, call)
      return sent.ok ? succeed(sent.value.map(({ partition }) => ({ partition, offset: null }))) : sent
    })
    await sendAll(bench, replay.id, connection)
    const seen: Place[] = []
    await consume(group, origin, async (place) => {
      seen.push(place)
    })
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(1)
    await until(replay.id, ['UNKNOWN'], { quietMs: 500, giveUpMs: 5_000 })
    const [item] = await itemsOf(bench, replay.id)
    expect(item?.proof).toContain('the broker did not tell at which offset')
    expect(item?.target.position).toBeNull()
  })

  it('that stands in a transaction that was aborted is unknown, and its proof says so', async () => {
    const { origin, letters } = await makeTopics(['x'], `aborted-${bench.suffix}`)
    await abortOn(bench, origin, 1)
    const replay = await start(bench, await planOf(bench, letters))
    const connection = withPublisher(
      bench,
      () => async (messages) => succeed(messages.map(() => ({ partition: 0, offset: 0n }))),
    )
    await sendAll(bench, replay.id, connection)
    await until(replay.id, ['UNKNOWN'], { quietMs: 500, giveUpMs: 1_000 })
    expect((await itemsOf(bench, replay.id))[0]?.proof).toContain(
      `offset 0 belongs to a transaction that was aborted`,
    )
  })

  it('that nobody reads is unknown after a while', async () => {
    const { letters } = await makeTopics(['x'], `nobody-${bench.suffix}`)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await until(replay.id, ['UNKNOWN'], { quietMs: 500, giveUpMs: 1_000 })
    expect((await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).state).toBe('done')
    expect((await itemsOf(bench, replay.id))[0]?.proof).toContain('has not committed past it')
  })

  it('is settled though another group that reads it, too, has given it up', async () => {
    const group = `ours-${bench.suffix}`
    const { origin, letters } = await makeTopics(['x'], group)
    const theirs = await bench.makeTopic(`${origin}-theirs-dlt`, 1)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await consume(`theirs-${bench.suffix}`, origin, (place) =>
      giveUp(bench, place, theirs, springHeaders({ ...place, group: `theirs-${bench.suffix}` })),
    )
    await expect
      .poll(async () => (await lettersOf(bench, theirs)).length, { timeout: 30_000, interval: 300 })
      .toBe(1)
    await consume(group, origin, async () => {})
    await until(replay.id, ['SETTLED'])
    const [item] = await itemsOf(bench, replay.id)
    expect(item?.proof).toMatch(
      / · another group, theirs-.+, gave it up in .+-theirs-dlt \(dead letter \d+\): /,
    )
    expect(await listOpenReplayIds(bench.deps.db)).not.toContain(replay.id)
  })

  it('is not taken for returned because a service handed its headers on', async () => {
    const group = `hand-${bench.suffix}`
    const { origin, letters } = await makeTopics(['x'], group)
    const next = await bench.makeTopic(`next-${bench.suffix}`, 1)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await consume(group, origin, (place) =>
      giveUp(bench, place, letters, springHeaders({ topic: next, offset: 5n, group: 'another' })),
    )
    await until(replay.id, ['SETTLED'])
  })
})
