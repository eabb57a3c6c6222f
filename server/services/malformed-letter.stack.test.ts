import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Bench, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { itemsOf, planOf, recordsOf, sendAll, start, withPublisher } from './replay-fixture.ts'

let bench: Bench
let made = 0

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench?.dispose())

/** Over a connection on which the record at one offset is another: brokers take none that is malformed. */
const spoiltAt = (connection: Connection, offset: bigint, spoil: (body: Buffer) => Buffer): Connection => {
  const { messages } = connection.broker
  if (!messages) throw new Error('the broker can be read')
  const readSealed: typeof messages.readSealed = async (request, call) => {
    const read = await messages.readSealed(request, call)
    if (!read.ok) return read
    const spoilt = read.value.messages.map((message) =>
      message.offset === offset ? { ...message, body: spoil(message.body) } : message,
    )
    return { ...read, value: { ...read.value, messages: spoilt } }
  }
  return { ...connection, broker: { ...connection.broker, messages: { ...messages, readSealed } } }
}

/** Ends within its headers. */
const cut = (body: Buffer) => body.subarray(0, -5)
const lengthened = (body: Buffer) => Buffer.concat([body, Buffer.alloc(1)])

it.each([
  { way: 'as fast as it goes', pacePerSecond: 10_000, isTransactional: true, spoil: cut },
  { way: 'paced', pacePerSecond: 1_000, isTransactional: true, spoil: lengthened },
  { way: 'without transactions', pacePerSecond: 1_000, isTransactional: false, spoil: cut },
])(
  'a letter with a malformed record fails alone and says why, $way',
  async ({ pacePerSecond, isTransactional, spoil }) => {
    const origin = await bench.makeTopic(`malformed-${bench.suffix}-${made++}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    await bench.send(
      Array.from({ length: 4 }, (_, at) =>
        outgoing(letters, { value: `v${at}`, headers: springHeaders({ topic: origin, offset: BigInt(at) }) }),
      ),
    )
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond })
    const connection = isTransactional ? bench.connection : withPublisher(bench, (real) => real.send)
    await sendAll(bench, replay.id, spoiltAt(connection, 2n, spoil))
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ outcome }) => outcome)).toEqual(['SENT', 'SENT', 'FAILED', 'SENT'])
    expect(items[2]?.proof).toBe(
      'not sent: the record of the dead letter is malformed: its key, value and headers do not end where it does',
    )
    expect((await recordsOf(bench, origin)).map(({ value }) => value?.toString())).toEqual(['v0', 'v1', 'v3'])
  },
)
