import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { hashKey, type PartitionerName, partitionBy } from '#server/domain/partitioners.ts'
import { type Bench, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { planOf, recordsOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const text = (key: Uint8Array | null | undefined) => (key ? Buffer.from(key).toString() : null)
const place = (name: PartitionerName, key: string, count: number) =>
  partitionBy(name, hashKey(Buffer.from(key)), count)

/** A topic as producers with this partitioner have filled it. */
const makeFilled = async (name: string, partitioner: PartitionerName, count: number, keys = 150) => {
  const topic = await bench.makeTopic(`${name}-${bench.suffix}`, count)
  await bench.send(
    Array.from({ length: keys }, (_, index) => {
      const key = `order-${index}`
      return outgoing(topic, { key, value: 'live', partition: place(partitioner, key, count) })
    }),
  )
  return topic
}

/** Letters of a topic, one for each key, that died in these partitions. */
const makeDead = async (origin: string, deaths: readonly { key: string | null; partition: number }[]) => {
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  await bench.send(
    deaths.map(({ key, partition }, index) =>
      outgoing(letters, {
        key,
        value: 'dead',
        headers: springHeaders({ topic: origin, partition, offset: BigInt(9_000 + index) }),
      }),
    ),
  )
  return letters
}

/** Where the copies of a plan came to stand, by key. */
const sentTo = async (target: TopicName, plan: Awaited<ReturnType<typeof planOf>>) => {
  const replay = await start(bench, plan)
  await sendAll(bench, replay.id)
  const copies = (await recordsOf(bench, target)).filter(({ value }) => text(value) === 'dead')
  return new Map(copies.map(({ key, partition }) => [text(key), partition]))
}

describe('copies', () => {
  it.each(['CRC32', 'murmur2', 'FNV-1a'] as const)(
    'to another topic go where its own producers (%s) put their keys',
    async (name) => {
      const target = await makeFilled(`by-${name.toLowerCase()}`, name, 7)
      const keys = Array.from({ length: 12 }, (_, index) => `late-${index}`)
      const letters = await makeDead(
        `source-${name.toLowerCase()}-${bench.suffix}`,
        keys.map((key) => ({ key, partition: 0 })),
      )
      const plan = await planOf(bench, letters, { targetTopic: target })
      expect(plan.targets[0]?.partition).toMatch(
        new RegExp(`^by key, ${name} \\(.*150 of 150 sampled keys fit$`),
      )
      expect(await sentTo(target, plan)).toEqual(new Map(keys.map((key) => [key, place(name, key, 7)])))
    },
  )

  it('stay in their own partition at home, and follow their key where the topic has got more since', async () => {
    const origin = await makeFilled('grown', 'CRC32', 3)
    const deaths = [
      ...Array.from({ length: 20 }, (_, index) => `order-${index}`).map((key) => ({
        key,
        partition: place('CRC32', key, 3),
      })),
      { key: null, partition: 2 },
    ]
    const letters = await makeDead(origin, deaths)
    const same = await planOf(bench, letters)
    expect(same.targets[0]?.partition).toBe("the message's own (3 partitions, unchanged)")
    await bench.admin.createPartitions({ topicPartitions: [{ topic: origin, count: 11 }] })
    await bench.send(
      Array.from({ length: 2_500 }, (_, index) => {
        const key = `new-${index}`
        return outgoing(origin, { key, value: 'live', partition: place('CRC32', key, 11) })
      }),
    )
    const plan = await planOf(bench, letters)
    expect(plan.findings.map(({ code }) => code)).toContain('partitions-changed')
    expect(plan.targets[0]?.partition).toContain('the topic had 3 partitions and has 11 now')
    const keyed = deaths.flatMap(({ key }) => (key === null ? [] : [[key, place('CRC32', key, 11)] as const]))
    expect(await sentTo(origin, plan)).toEqual(new Map<string | null, number>([...keyed, [null, 2]]))
  })

  it('are warned of where no partitioner explains the target', async () => {
    const target = await bench.makeTopic(`by-hand-${bench.suffix}`, 5)
    await bench.send(
      Array.from({ length: 200 }, (_, index) =>
        outgoing(target, { key: `order-${index}`, partition: Math.floor(index / 40) }),
      ),
    )
    const letters = await makeDead(`source-by-hand-${bench.suffix}`, [{ key: 'a', partition: 0 }])
    const plan = await planOf(bench, letters, { targetTopic: target })
    expect(plan.findings.map(({ code }) => code)).toContain('partitioner-unknown')
    expect(plan.targets[0]?.partition).toContain('no known partitioner explains where 200 sampled keys stand')
  })
})
