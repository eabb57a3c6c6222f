import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { listOpenReplayIds } from '#server/repositories/replays.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { gatherConsumers, giveUp, type Place, sampleGroup } from './consumer-fixture.ts'
import { type Bench, good, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { listReplayReturns } from './list-replay-returns.ts'
import { follow, itemsOf, makeDeaths, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench
let topics = 0
const consumers = gatherConsumers()

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterEach(consumers.stopAll)
afterAll(() => bench.dispose())

const consume = async (group: string, topic: string, handle: (place: Place) => Promise<void>) => {
  await consumers.start(bench, group, topic, handle)
  await sampleGroup(bench, group, topic)
}
/** Letters of a group that read their origin. */
const makeLetters = (values: readonly string[], group: string) =>
  makeDeaths(bench, `tgt-${bench.suffix}-${topics++}`, values, { group })
const sendTo = async (letters: TopicName, targetTopic: TopicName) => {
  const replay = await start(bench, await planOf(bench, letters, { targetTopic }))
  await sendAll(bench, replay.id)
  return replay
}
const until = (replayId: string, expected: readonly string[]) =>
  expect
    .poll(
      async () => {
        await follow(bench, replayId)
        return (await itemsOf(bench, replayId)).map(({ outcome }) => outcome)
      },
      { timeout: 30_000, interval: 300 },
    )
    .toEqual(expected)

describe('a copy that goes into the retry topic of the group that failed', () => {
  it.each([
    ['Spring', '-retry-0', (group: string) => `${group}-retry-0`],
    ['SmallRye', '_retry_10', (group: string) => `kafka-delayed-retry-topic-${group}`],
  ] as const)(
    'is settled by what that group’s reader there has committed, and returns when it dies there: %s',
    async (name, ending, readerOf) => {
      const group = `pay-${name}-${bench.suffix}`
      const { origin, letters } = await makeLetters(['heals', 'dies'], group)
      const retries = await bench.makeTopic(`${origin}${ending}`, 1)
      const last = await bench.makeTopic(`${origin}-retry-1`, 1)
      const [reader, atLast] = [readerOf(group), `${group}-retry-1`]
      await consume(group, origin, async () => {})
      // What dies goes on to the next retry topic, whose reader has a name of its own.
      await consume(reader, retries, (place) =>
        place.value === 'heals'
          ? Promise.resolve()
          : giveUp(bench, place, last, springHeaders({ ...place, group: reader })),
      )
      await consume(atLast, last, (place) =>
        giveUp(bench, place, letters, springHeaders({ ...place, group: atLast })),
      )
      const replay = await sendTo(letters, retries)
      await until(replay.id, ['SETTLED', 'RETURNED'])
      const [healed, died] = await itemsOf(bench, replay.id)
      expect(healed?.proof).toContain(`consumed by ${reader} `)
      expect(died?.proof).toContain('the same error as before')
    },
  )
})

describe('a copy that goes into a retry topic whose reader puts it there again', () => {
  it('is retried until it is taken there, and not settled before', async () => {
    const group = `again-${bench.suffix}`
    const reader = `${group}-retry`
    const { origin, letters } = await makeLetters(['x'], group)
    const retries = await bench.makeTopic(`${origin}-retry`, 1)
    await sampleGroup(bench, reader, retries)
    const replay = await sendTo(letters, retries)
    const [copy] = await recordsOf(bench, retries)
    const place = { topic: retries, partition: 0, offset: copy?.offset ?? -1n }
    await giveUp(bench, place, retries, springHeaders({ ...place, group: reader }))
    const commit = (offset: bigint) => commitOffsets(bench.brokers, reader, retries, [offset])
    const again = (await recordsOf(bench, retries)).at(-1)?.offset ?? -1n
    await commit(again)
    await until(replay.id, ['RETRYING'])
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await until(replay.id, ['RETRYING'])
    expect((await itemsOf(bench, replay.id))[0]?.proof).toContain(`moved it to ${retries} (0@${again})`)
    await commit(again + 1n)
    await until(replay.id, ['SETTLED'])
  }, 120_000)
})

describe('a copy that goes to another topic', () => {
  it('is judged by the groups that read it, not by the one that failed elsewhere', async () => {
    const group = `failed-${bench.suffix}`
    const { origin, letters } = await makeLetters(['heals', 'dies'], group)
    const other = await bench.makeTopic(`other-${bench.suffix}`, 1)
    const dead = await bench.makeTopic(`${other}-dlt`, 1)
    const reader = `reader-${bench.suffix}`
    await consume(group, origin, async () => {})
    await consume(reader, other, (place) =>
      place.value === 'heals'
        ? Promise.resolve()
        : giveUp(bench, place, dead, springHeaders({ ...place, group: reader })),
    )
    const replay = await sendTo(letters, other)
    await until(replay.id, ['SETTLED', 'RETURNED'])
    const [healed, died] = await itemsOf(bench, replay.id)
    expect(healed?.proof).toContain(`consumed by ${reader} `)
    expect(died?.proof).toContain('the same error as before')
    const returns = await good(listReplayReturns(bench.deps, bench.connection, replay.id, bench.call()))
    expect(returns.returns).toMatchObject([{ sameError: true, count: 1 }])
  })
})

describe('a copy of an aborted transaction that somebody has read and given up', () => {
  it('is no return: not before its letter is sent, which then is, and not of the copy that is sent', async () => {
    const group = `aborted-${bench.suffix}`
    const { origin, letters } = await makeLetters(['x'], group)
    const replay = await start(bench, await planOf(bench, letters))
    const [item] = await itemsOf(bench, replay.id)
    const [aborted] = await bench.send([outgoing(origin)])
    await bench.send([
      outgoing(letters, {
        headers: [
          text('x-replay-id', replay.id),
          text('x-replay-item', item?.id ?? ''),
          text('x-replay-attempt', '1'),
          ...springHeaders({ topic: origin, offset: aborted?.offset ?? -1n, group }),
        ],
      }),
    ])
    await follow(bench, replay.id)
    expect(await itemsOf(bench, replay.id)).toMatchObject([{ outcome: 'PENDING' }])
    await sendAll(bench, replay.id)
    await consume(group, origin, async () => {})
    await until(replay.id, ['SETTLED'])
    expect(await listOpenReplayIds(bench.deps.db)).not.toContain(replay.id)
  })

  it('but what stood behind the copy is that, put into the same topic again', async () => {
    const group = `requeued-${bench.suffix}`
    const { origin, letters } = await makeLetters(['x'], group)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    const [copy] = await recordsOf(bench, origin)
    const offset = (copy?.offset ?? 0n) + 5n
    const headers = [...(copy?.headers ?? []), ...springHeaders({ topic: origin, offset, group })]
    await bench.send([outgoing(letters, { headers })])
    await until(replay.id, ['RETURNED'])
  })
})

describe('a copy that another group has moved to a retry topic that both have', () => {
  it('is settled by its own group, and not told to be retried', async () => {
    const group = `own-${bench.suffix}`
    const theirs = `theirs-${bench.suffix}`
    const { origin, letters } = await makeLetters(['x'], group)
    const retries = await bench.makeTopic(`${origin}-retry-0`, 1)
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    const [copy] = await recordsOf(bench, origin)
    const place = { topic: origin, partition: 0, offset: copy?.offset ?? -1n }
    await giveUp(bench, place, retries, springHeaders({ ...place, group: theirs }))
    await follow(bench, replay.id)
    expect((await itemsOf(bench, replay.id))[0]?.outcome).toBe('SENT')
    await commitOffsets(bench.brokers, group, origin, [100])
    await until(replay.id, ['SETTLED'])
    expect((await itemsOf(bench, replay.id))[0]?.proof).not.toContain('moved it to')
  }, 120_000)
})

describe('a copy whose framework keeps none of its headers', () => {
  const isOwn = ({ name }: { readonly name: string }) => !name.startsWith('x-replay-')
  it('is followed through its retry topics by where it stood, until it is taken there or returns', async () => {
    const group = `bare-${bench.suffix}`
    const { origin, letters } = await makeLetters(['heals', 'dies first', 'dies last'], group)
    const retries = await Promise.all([0, 1, 2].map((at) => bench.makeTopic(`${origin}-retry-${at}`, 1)))
    const containers = [group, ...retries.map((_, at) => `${group}-retry-${at}`)]
    const chain = [origin, ...retries]
    const first = new Map<string, Place>()
    for (const [at, topic] of chain.entries())
      await consume(containers[at] ?? '', topic, async (place) => {
        if (at === 0) first.set(place.value, place)
        const to = chain[at + 1] ?? (place.value === 'heals' ? null : letters)
        if (to === null) return
        // One dead letter names the first place, the other the one before, as retry topics do.
        const namesFirst = to === letters && place.value === 'dies first'
        const from = namesFirst ? (first.get(place.value) ?? place) : place
        const told = { topic: from.topic, partition: from.partition, offset: from.offset }
        const isFailure = (name: string) => name.startsWith('kafka_dlt-') || name.startsWith('retry_topic-')
        await giveUp(
          bench,
          place,
          to,
          springHeaders({ ...told, group: containers[at] ?? '' }),
          (header) => isOwn(header) && !isFailure(header.name),
        )
      })
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await expect
      .poll(
        async () => {
          await follow(bench, replay.id, { quietMs: 4_000, giveUpMs: 600_000 })
          return (await itemsOf(bench, replay.id)).map(({ outcome }) => outcome)
        },
        { timeout: 50_000, interval: 300 },
      )
      .toEqual(['SETTLED', 'RETURNED', 'RETURNED'])
    const [healed] = await itemsOf(bench, replay.id)
    expect(healed?.proof).toContain(`moved it to ${retries[2]} (`)
  }, 120_000)
})
