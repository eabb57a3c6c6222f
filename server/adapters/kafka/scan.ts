import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { MessageReader, RawMessage, ScanEnd, ScanRequest, Topics } from '#server/ports/broker.ts'
import type { KafkaClient } from './client.ts'
import { readNewest } from './read-newest.ts'

/** Reads the topics one after the other, newest first. */
export const scan = (client: KafkaClient, topics: Topics): MessageReader['scan'] =>
  async function* (request, call) {
    const found: RawMessage[] = []
    const goOnAt = new Map<TopicName, ReadonlyMap<number, bigint>>()
    let end: ScanEnd | null = null
    for (const { topic, partitions } of request.topics) {
      const read = await readNewest(client, topics, oneTopic(request, topic, partitions), call)
      if (!read.ok) return fail(read.error)
      const { messages, resumeAt, backToMs, errors, heldBack, ...rest } = read.value
      found.push(...((await request.filter?.refine?.(messages)) ?? messages))
      if (rest.stop !== 'end') goOnAt.set(topic, resumeAt)
      end = {
        ...rest,
        matches: BigInt(found.length),
        coveredMs: { from: backToMs, to: null },
        settledMs: backToMs,
        errors: errors.map((one) => ({ topic, ...one })),
        heldBack: heldBack.map((one) => ({ topic, ...one })),
        lost: [],
        goOnAt,
      }
    }
    if (end === null) return fail({ kind: 'invalid', detail: 'no topic is named', source: 'broker' })
    const { settledMs, scannedMessages, scannedBytes, matches } = end
    yield { found, settledMs, scannedMessages, scannedBytes, matches }
    return succeed(end)
  }

const oneTopic = (request: ScanRequest, topic: TopicName, partitions: readonly number[] | undefined) => ({
  topic,
  ...(partitions === undefined ? {} : { partitions }),
  ...(request.goOnAt?.get(topic) === undefined ? {} : { before: request.goOnAt.get(topic) ?? new Map() }),
  ...(request.sinceMs === undefined ? {} : { sinceMs: request.sinceMs }),
  ...(request.filter === undefined ? {} : { filter: request.filter }),
  ...(request.isolation === undefined ? {} : { isolation: request.isolation }),
  limit: request.limit,
  budget: request.budget,
})
