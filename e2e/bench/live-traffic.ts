import { Kafka, logLevel, Partitioners } from 'kafkajs'

/**
 * Live traffic on a topic, as a program of its own: writes a message every few milliseconds, and two groups read all of
 * them back, one of committed messages and one of everything. Prints how long each message was on its way to each group,
 * in milliseconds, as one line of JSON: `LiveLatencies`.
 */
const { brokers, topic, seconds, everyMs } = JSON.parse(process.argv[2] ?? '{}') as {
  brokers: string
  topic: string
  seconds: number
  everyMs: number
}
/** Of each message after the warm-up, in the order of writing. */
export type LiveLatencies = readonly { readonly committed: number; readonly uncommitted: number }[]

const warmUpMs = 2_000
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
const now = () => performance.now()

/** A group that notes when each message came to it. */
const follow = async (readUncommitted: boolean): Promise<ReadonlyMap<number, number>> => {
  const arrivals = new Map<number, number>()
  const groupId = `live-${process.pid}-${readUncommitted ? 'uncommitted' : 'committed'}`
  const consumer = kafka.consumer({ groupId, readUncommitted, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: false })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({
    eachMessage: async ({ message }) => {
      const sequence = message.headers?.['x-live-sequence']
      if (sequence) arrivals.set(Number(sequence.toString()), now())
    },
  })
  await joined
  return arrivals
}

await producer.connect()
const [committed, uncommitted] = await Promise.all([follow(false), follow(true)])
const startedAt = now()
const sentAt: number[] = []
while (now() - startedAt < warmUpMs + seconds * 1_000) {
  const sequence = sentAt.push(now()) - 1
  const headers = { 'x-live-sequence': String(sequence) }
  void producer.send({ topic, acks: -1, messages: [{ partition: sequence % 3, value: 'live', headers }] })
  await new Promise((resolve) => setTimeout(resolve, everyMs))
}
const measured = sentAt.flatMap((at, sequence) => (at < startedAt + warmUpMs ? [] : sequence))
const isUnread = (sequence: number) => !committed.has(sequence) || !uncommitted.has(sequence)
// What is hidden longest would be left out otherwise.
for (let waited = 0; waited < 20_000 && measured.some(isUnread); waited += 100)
  await new Promise((resolve) => setTimeout(resolve, 100))
const unread = measured.filter(isUnread)
if (unread.length > 0)
  throw new Error(`${unread.length} of ${measured.length} live messages were not read by both groups`)
const latencies: LiveLatencies = measured.map((sequence) => {
  const took = (arrivals: ReadonlyMap<number, number>) =>
    (arrivals.get(sequence) ?? Number.NaN) - (sentAt[sequence] ?? Number.NaN)
  return { committed: took(committed), uncommitted: took(uncommitted) }
})
// A pipe takes it in pieces: ended before, the rest would be lost.
process.stdout.write(JSON.stringify(latencies), () => process.exit())
