import { Kafka, logLevel, Partitioners } from 'kafkajs'

/**
 * Live traffic on a topic, as a program of its own: writes a message every few milliseconds and reads all of them back
 * as a group that reads committed. Prints how long each was on its way, in milliseconds, as one line of JSON.
 */
const { brokers, topic, seconds, everyMs } = JSON.parse(process.argv[2] ?? '{}') as {
  brokers: string
  topic: string
  seconds: number
  everyMs: number
}
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
const consumer = kafka.consumer({
  groupId: `live-${process.pid}`,
  readUncommitted: false,
  maxWaitTimeInMs: 50,
})
const latencies: number[] = []
let isWarm = false

await Promise.all([producer.connect(), consumer.connect()])
await consumer.subscribe({ topic, fromBeginning: false })
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
await consumer.run({
  eachMessage: async ({ message }) => {
    const sentAt = Number(message.headers?.['x-live-at']?.toString())
    if (isWarm && sentAt > 0) latencies.push(performance.timeOrigin + performance.now() - sentAt)
  },
})
await joined
const startedAt = performance.now()
let count = 0
while (performance.now() - startedAt < (seconds + 2) * 1_000) {
  isWarm ||= performance.now() - startedAt > 2_000
  const headers = { 'x-live-at': String(performance.timeOrigin + performance.now()) }
  void producer.send({ topic, acks: -1, messages: [{ partition: count++ % 3, value: 'live', headers }] })
  await new Promise((resolve) => setTimeout(resolve, everyMs))
}
await new Promise((resolve) => setTimeout(resolve, 1_000))
console.log(JSON.stringify(latencies))
process.exit()
