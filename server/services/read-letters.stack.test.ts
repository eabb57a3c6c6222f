import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { readLetters, readSealedLetters } from './read-letters.ts'
import { itemsOf, lettersOf, planOf, recordsOf, sendAll, start, withPublisher } from './replay-fixture.ts'

const letterBytes = 700_000
const count = 30
const pieceBytes = 8 * 1024 * 1024

let bench: Bench
let origin: TopicName
let letters: TopicName

/** The connection, with what each reading brought at once. */
const withReadings = (connection: Connection, readings: number[]): Connection => {
  const { messages } = connection.broker
  if (!messages) throw new Error('the broker can be read by position')
  const readForward: typeof messages.readForward = async (request, call) => {
    const read = await messages.readForward(request, call)
    if (read.ok) readings.push(read.value.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0))
    return read
  }
  return { ...connection, broker: { ...connection.broker, messages: { ...messages, readForward } } }
}

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await bench.makeTopic(`large-${bench.suffix}`, 1)
  letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const value = 'x'.repeat(letterBytes)
  // Read for what was written since, as well.
  for (let index = 0; index < count; index++) {
    await bench.send([outgoing(origin, { key: `k${index}`, value })])
    await bench.send([
      outgoing(letters, {
        key: `k${index}`,
        value,
        headers: springHeaders({ topic: origin, partition: 0, offset: BigInt(index) }),
      }),
    ])
  }
})
afterAll(() => bench.dispose())

describe('many large letters', () => {
  const at = (offset: number) => ({ topic: letters, partition: 0, offset: BigInt(offset) })

  it('are read in their order as far as they fit, and hold on to nothing but themselves', async () => {
    const wanted = Array.from({ length: 8 }, (_, index) => at(count - 1 - index))
    const read = await good(
      readLetters(bench.connection, [...wanted, at(900)], 3 * letterBytes + 100_000, bench.call()),
    )
    expect(read.count).toBe(3)
    expect([...read.records.keys()]).toEqual(wanted.slice(0, 3))
    for (const { value } of read.records.values()) expect(value?.buffer.byteLength).toBe(letterBytes)
    const sealed = await good(
      readSealedLetters(bench.connection, [...wanted, at(900)], 3 * letterBytes + 100_000, bench.call()),
    )
    expect([...sealed.records.keys()]).toEqual(wanted.slice(0, 3))
    for (const { body } of sealed.records.values()) expect(body.buffer.byteLength).toBe(body.length)
    const one = await good(readLetters(bench.connection, [at(0), at(1)], 1, bench.call()))
    expect([one.count, one.records.size]).toEqual([1, 1])
    const gone = await good(readLetters(bench.connection, [at(900), at(1)], 1, bench.call()))
    expect([gone.count, gone.records.size]).toEqual([2, 1])
  })

  it('are planned without holding more than a few of them at once', async () => {
    const readings: number[] = []
    const plan = await planOf(bench, letters, { connection: withReadings(bench.connection, readings) })
    expect(plan.ready).toBe(count)
    expect(readings.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThanOrEqual(count * letterBytes)
    expect(Math.max(...readings)).toBeLessThan(pieceBytes)
  })

  it('are sent in batches that end when their bytes are full, all of them and in order', async () => {
    const replay = await start(bench, await planOf(bench, letters))
    const batches: number[] = []
    const watched = withPublisher(bench, (real) => (messages, call) => {
      batches.push(messages.reduce((sum, one) => sum + ('body' in one ? one.body.length : 0), 0))
      return real.send(messages, call)
    })
    await sendAll(bench, replay.id, watched)
    expect(batches.length).toBeGreaterThan(1)
    expect(Math.max(...batches)).toBeLessThanOrEqual(pieceBytes)
    const outcomes = (await itemsOf(bench, replay.id)).map(({ outcome }) => outcome)
    expect(new Set(outcomes)).toEqual(new Set(['SENT']))
    const copies = (await recordsOf(bench, origin)).slice(count)
    expect(copies.map(({ key }) => Buffer.from(key ?? []).toString())).toEqual(
      Array.from({ length: count }, (_, index) => `k${index}`),
    )
    expect((await lettersOf(bench, letters)).length).toBe(count)
  })
})
