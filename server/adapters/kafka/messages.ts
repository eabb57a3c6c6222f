import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError, MissingRecord } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ForwardRequest, MessageReader } from '#server/ports/message-reader.ts'
import type { Isolation, RawMessage } from '#server/ports/raw-message.ts'
import type { ScanOutcome, ScanStop } from '#server/ports/scan.ts'
import type { Topics } from '#server/ports/topics.ts'
import { answering } from './answering.ts'
import { type KafkaClient, throwIfGivenUp } from './client.ts'
import { errorOfThrown } from './errors.ts'
import { follow } from './follow.ts'
import { listOffsets } from './offsets.ts'
import { offsetsByTime, timeSpan } from './offsets-by-time.ts'
import { makePacer } from './pacer.ts'
import type { RangeRead } from './range-progress.ts'
import { type Bounds, heldBackOf, readBounds } from './read-bounds.ts'
import { type ReadOptions, readRanges, requestBytes } from './read-range.ts'
import { scan } from './scan.ts'

const oneMegabyte = 1024 * 1024
/** A broker answers with the whole first batch, however large it is: little need be asked for. */
const oneRecordBytes = 16 * 1024
const oneRecordMs = 10_000
/** What is asked for at a time where all of so many records are sought, and others may stand behind them. */
const soughtBytesOf = (records: bigint): number =>
  Math.min(Math.max(1, Number(records)) * oneRecordBytes, 4 * oneMegabyte)

const missing = (detail: string, why?: MissingRecord) =>
  fail<BrokerError>({ kind: 'not-found', detail, source: 'broker', ...(why ? { missing: why } : {}) })

/** Where a range lies, for one that is read without a filter. */
const placeIn = ({ topic, topicId, partition }: Bounds, level: Isolation) => ({
  topic,
  topicId,
  partition,
  level,
})
const everything = (): Omit<ReadOptions, 'deadline' | 'patientUntil' | 'mayGoOn'> => ({
  keepsAborted: false,
  filter: null,
  sinceMs: null,
  untilMs: null,
  pacer: makePacer(),
  answerBytes: requestBytes,
})

/** Why no record came from an offset that lies within the partition. */
const sayWhyNone = (where: string, read: RangeRead | undefined) => {
  if (read?.standingAtFrom === 'aborted')
    return missing(`${where} belongs to a transaction that was aborted.`, 'aborted')
  if (read?.standingAtFrom === 'marker')
    return missing(`${where} is a transaction marker, not a message.`, 'marker')
  return missing(`${where} was compacted away.`, 'compacted')
}

/** The reading facet of a cluster: bounded reads from positions, without a consumer group. */
export const makeMessageReader = (client: KafkaClient, topics: Topics): MessageReader => {
  const boundsOf = async (topic: TopicName, partition: number, isolation: Isolation, signal: AbortSignal) => {
    const found = await topics.find(topic, { signal })
    if (!found.ok) return found
    const own = found.value.partitions.filter((one) => one.partition === partition)
    if (own.length === 0)
      return missing(
        `The topic ${topic} has no partition ${partition}; it has ${found.value.partitions.length}.`,
      )
    const read = await readBounds(client, [{ ...found.value, partitions: own }], isolation, signal)
    if (!read.ok) return read
    const [failed] = read.value.failed
    if (failed) return fail(failed.error)
    const [range] = read.value.partitions
    return range ? succeed(range) : missing(`The topic ${topic} partition ${partition} gave no offsets.`)
  }

  /** Reads a partition forward; `takenOf` tells what was taken of it. */
  const readOn = async <M extends { readonly offset: bigint }>(
    { topic, partition, from, until = null, limit, budget, isolation = 'committed' }: ForwardRequest,
    how: Pick<ReadOptions, 'seals'> | null,
    takenOf: (read: RangeRead) => readonly M[],
    { signal }: Call,
  ): Answer<ScanOutcome<M>> => {
    const range = await boundsOf(topic, partition, isolation, signal)
    if (!range.ok) return range
    const deadline = performance.now() + budget.milliseconds
    const start = from < range.value.start ? range.value.start : from
    const end = until !== null && until < range.value.end ? until : range.value.end
    const askBytes = Math.min(budget.bytes, until === null ? oneMegabyte : soughtBytesOf(end - start))
    let bytes = 0
    let count = 0
    try {
      const [read] = await readRanges(
        client,
        [
          {
            ...placeIn(range.value, isolation),
            from: start,
            to: end,
            bytes: askBytes,
          },
        ],
        {
          ...everything(),
          ...how,
          deadline,
          // Whoever reads forward step by step asks again by himself.
          patientUntil: 0,
          mayGoOn: (moreBytes, moreMessages) => {
            bytes += moreBytes
            count += moreMessages
            const spent = bytes >= budget.bytes || count >= budget.messages || performance.now() >= deadline
            return count < limit && !spent
          },
        },
        signal,
      )
      const taken = read ? takenOf(read) : []
      const messages = taken.slice(0, limit)
      const cut = taken.length > limit
      const next = cut ? (messages.at(-1)?.offset ?? start) + 1n : (read?.next ?? start)
      const stopOf = (): ScanStop => {
        if (read?.error) return 'error'
        if (signal.aborted) return 'cancelled'
        if (messages.length >= limit) return 'enough'
        return next >= end ? 'end' : 'budget'
      }
      return succeed({
        messages,
        scannedMessages: BigInt(count),
        scannedBytes: BigInt(bytes),
        matches: BigInt(messages.length),
        partitions: 1,
        stop: stopOf(),
        errors: read?.error ? [{ partition, error: read.error }] : [],
        heldBack: heldBackOf([range.value], isolation),
        resumeAt: new Map([[partition, next]]),
      })
    } catch (error) {
      return fail(errorOfThrown(error, `topic ${topic}`))
    }
  }

  return {
    scan: scan(client, topics),
    follow: follow(client),

    readForward: (request, call) => readOn(request, null, ({ messages }) => messages, call),
    readSealed: (request, call) => readOn(request, { seals: true }, ({ sealed }) => sealed, call),

    readAt: async (topic, partition, offset, { signal }): Promise<Result<RawMessage, BrokerError>> => {
      const range = await boundsOf(topic, partition, 'committed', signal)
      if (!range.ok) return range
      const where = `${topic} partition ${partition} offset ${offset}`
      const { start, end, highWatermark } = range.value
      if (offset >= highWatermark)
        return missing(`${where} is not written yet: the partition ends at ${highWatermark}.`, 'unwritten')
      if (offset >= end)
        return missing(
          `${where} stands behind a transaction that is still open since offset ${end}: it can be read when that ends.`,
          'open',
        )
      if (offset < start)
        return missing(`${where} was deleted by retention: the partition begins at ${start}.`, 'retention')
      const record = await answering(where, async () => {
        const [read] = await readRanges(
          client,
          [
            {
              ...placeIn(range.value, 'committed'),
              from: offset,
              to: offset + 1n,
              bytes: oneRecordBytes,
            },
          ],
          {
            ...everything(),
            deadline: performance.now() + oneRecordMs,
            patientUntil: 0,
            mayGoOn: () => true,
          },
          signal,
        )
        throwIfGivenUp(signal)
        return read
      })
      if (!record.ok) return record
      if (record.value?.error) return fail(record.value.error)
      const message = record.value?.messages[0]
      return message ? succeed(message) : sayWhyNone(where, record.value)
    },

    offsetsByTime: offsetsByTime(client),
    timeSpan: timeSpan(client),

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
