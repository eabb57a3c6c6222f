import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { MessageReader, RawMessage, Topics } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { KafkaClient } from './client.ts'
import { errorOfThrown } from './errors.ts'
import { listOffsets } from './offsets.ts'
import { readNewest } from './read-newest.ts'
import { readRanges } from './read-range.ts'
import { answering } from './topics.ts'

const oneMegabyte = 1024 * 1024
/** A broker answers with the whole first batch, however large it is: little need be asked for. */
const oneRecordBytes = 16 * 1024

const missing = (detail: string) => fail<BrokerError>({ kind: 'not-found', detail, source: 'broker' })

/** The reading facet of a cluster: bounded reads from positions, without a consumer group. */
export const makeMessageReader = (client: KafkaClient, topics: Topics): MessageReader => {
  const bounds = async (topic: TopicName, partition: number, signal: AbortSignal) => {
    const found = await topics.find(topic, { signal })
    if (!found.ok) return found
    const own = found.value.partitions.filter((one) => one.partition === partition)
    if (own.length === 0)
      return missing(
        `The topic ${topic} has no partition ${partition}; it has ${found.value.partitions.length}.`,
      )
    const offsets = await topics.offsets([{ ...found.value, partitions: own }], { signal })
    if (!offsets.ok) return offsets
    const [answer] = offsets.value
    const failed = answer?.failed[0]
    if (failed) return fail(failed.error)
    const [range] = answer?.partitions ?? []
    return range ? succeed(range) : missing(`The topic ${topic} partition ${partition} gave no offsets.`)
  }

  return {
    readNewest: (request, call) => readNewest(client, topics, request, call),

    readForward: async ({ topic, partition, from, limit, budget }, { signal }) => {
      const range = await bounds(topic, partition, signal)
      if (!range.ok) return range
      const startedAt = performance.now()
      const start = from < range.value.start ? range.value.start : from
      let bytes = 0
      let count = 0
      let spent = false
      try {
        const [read] = await readRanges(
          client,
          topic,
          [{ partition, from: start, to: range.value.end }],
          {
            partitionBytes: Math.min(budget.bytes, oneMegabyte),
            mayGoOn: (moreBytes, moreMessages) => {
              bytes += moreBytes
              count += moreMessages
              spent =
                bytes >= budget.bytes ||
                count >= budget.messages ||
                performance.now() - startedAt >= budget.milliseconds
              return count < limit && !spent
            },
          },
          signal,
        )
        const messages = (read?.messages ?? []).slice(0, limit)
        const cut = (read?.messages.length ?? 0) > limit
        const next = cut ? (messages.at(-1)?.offset ?? start) + 1n : (read?.next ?? start)
        const stop = read?.error
          ? 'error'
          : signal.aborted
            ? 'cancelled'
            : messages.length >= limit
              ? 'enough'
              : spent && next < range.value.end
                ? 'budget'
                : 'end'
        return succeed({
          messages,
          scannedMessages: BigInt(count),
          scannedBytes: BigInt(bytes),
          stop,
          errors: read?.error ? [{ partition, error: read.error }] : [],
          resumeAt: new Map([[partition, next]]),
        })
      } catch (error) {
        return fail(errorOfThrown(error, `topic ${topic}`))
      }
    },

    readAt: async (topic, partition, offset, { signal }) => {
      const range = await bounds(topic, partition, signal)
      if (!range.ok) return range
      const where = `${topic} partition ${partition} offset ${offset}`
      if (offset >= range.value.end)
        return missing(`${where} is not written yet: the partition ends at ${range.value.end}.`)
      if (offset < range.value.start)
        return missing(`${where} was deleted by retention: the partition begins at ${range.value.start}.`)
      const record = await answering(where, async () => {
        const [read] = await readRanges(
          client,
          topic,
          [{ partition, from: offset, to: offset + 1n }],
          { partitionBytes: oneRecordBytes, mayGoOn: () => true },
          signal,
        )
        signal.throwIfAborted()
        return read
      })
      if (!record.ok) return record
      if (record.value?.error) return fail(record.value.error)
      const message: RawMessage | undefined = record.value?.messages[0]
      return message ? succeed(message) : missing(`${where} was compacted away, or is a transaction marker.`)
    },

    offsetsAt: async (topic, timestampMs, { signal }) => {
      const found = await topics.find(topic, { signal })
      if (!found.ok) return found
      return answering(`topic ${topic}`, async () => {
        const questions = found.value.partitions.map(({ partition, leader }) => ({
          topic,
          partition,
          leader: leader ?? -1,
        }))
        const answers = await listOffsets(client, questions, timestampMs, signal)
        // A partition that could not be asked is not one without messages.
        const failed = answers.find(({ error }) => error !== null)
        if (failed) throw new Error(failed.error?.detail ?? 'a partition did not answer')
        return new Map(answers.map(({ partition, offset }) => [partition, offset < 0n ? null : offset]))
      })
    },
  }
}
