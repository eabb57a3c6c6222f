import { listOffsetsV7 } from '@platformatic/kafka'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Isolation } from '#server/ports/raw-message.ts'
import { type KafkaClient, pause } from './client.ts'
import { errorOfCode, errorOfThrown, isStaleLeader } from './errors.ts'
import { isolationLevels } from './fetch.ts'

/**
 * Special timestamps of ListOffsets: the first offset still there, and the one after the last: the high watermark, or for
 * who reads committed the last stable offset.
 */
export const earliest = -2n
export const latest = -1n
/** The record with the largest timestamp (KIP-734): answers that timestamp, or none where there is no record. */
export const newestTime = -3n

export type OffsetQuestion = {
  readonly topic: string
  readonly partition: number
  readonly leader: number
  /** Asked for instead of the time that all are asked for. */
  readonly at?: bigint
}
export type OffsetAnswer = OffsetQuestion & {
  readonly offset: bigint
  /** Of the message that was found; -1 where none was, and at `earliest` and `latest`. */
  readonly timestampMs: bigint
  readonly error: BrokerError | null
}
/** Whether another broker may know: the asked one said so, or it could not be reached and may have lost its partitions. */
type Attempt = OffsetAnswer & { readonly retry: 'moved' | 'lost' | null }

const tries = 4
const pauseMs = 100

/**
 * Asks every partition's leader for the offset at a time (or `earliest`, `latest`), one request a broker. Partitions whose
 * leader has changed are asked again at the new one; those that do not answer carry their error.
 */
export const listOffsets = async (
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  timestamp: bigint,
  signal: AbortSignal,
  isolation: Isolation = 'uncommitted',
): Promise<readonly OffsetAnswer[]> => {
  let attempts = await askLeaders(client, questions, timestamp, isolation, signal)
  for (let attempt = 1; attempt < tries; attempt++) {
    const open = attempts.filter(({ retry }) => retry !== null)
    if (open.length === 0) break
    if (attempt > 1) await pause(pauseMs * attempt, signal)
    const again = await findNewLeaders(client, open, signal)
    if (again.length === 0) break
    const answers = await askLeaders(client, again, timestamp, isolation, signal)
    const byPlace = new Map(answers.map((one) => [placeOf(one), one]))
    attempts = attempts.map((one) => byPlace.get(placeOf(one)) ?? one)
  }
  return attempts.map(({ retry: _, ...answer }) => answer)
}

export const placeOf = ({ topic, partition }: Pick<OffsetQuestion, 'topic' | 'partition'>): string =>
  `${topic} ${partition}`

/** What is worth asking again, with the leaders of now. */
const findNewLeaders = async (
  client: KafkaClient,
  open: readonly Attempt[],
  signal: AbortSignal,
): Promise<readonly OffsetQuestion[]> => {
  try {
    const { topics } = await client.metadata(signal, 0)
    return open.flatMap(({ topic, partition, leader: before, retry, at }) => {
      const found = topics.get(topic)?.partitions.find(({ partitionIndex }) => partitionIndex === partition)
      const leader = found?.leaderId ?? -1
      return leader < 0 || (retry === 'lost' && leader === before)
        ? []
        : [{ topic, partition, leader, ...(at === undefined ? {} : { at }) }]
    })
  } catch {
    return []
  }
}

const askLeaders = async (
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  timestamp: bigint,
  isolation: Isolation,
  signal: AbortSignal,
): Promise<readonly Attempt[]> => {
  const byLeader = Map.groupBy(questions, ({ leader }) => leader)
  const answers = [...byLeader].map(async ([leader, mine]): Promise<Attempt[]> => {
    const failAll = (error: BrokerError, retry: Attempt['retry']) =>
      mine.map((question) => ({ ...question, offset: -1n, timestampMs: -1n, error, retry }))
    if (leader < 0) return failAll(errorOfCode(5, 'partition without leader'), 'lost')
    const asked = new Map(mine.map((question) => [placeOf(question), question]))
    const topics = [...Map.groupBy(mine, ({ topic }) => topic)].map(([name, rows]) => ({
      name,
      partitions: rows.map(({ partition, at }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: -1,
        timestamp: at ?? timestamp,
      })),
    }))
    try {
      const level = isolationLevels[isolation]
      const response = await client.ask(leader, signal, listOffsetsV7.api, -1, level, topics)
      return response.topics.flatMap(({ name, partitions }) =>
        partitions.map(
          ({ partitionIndex, offset, timestamp: timestampMs, errorCode }): Attempt => ({
            topic: name,
            partition: partitionIndex,
            leader,
            ...asked.get(placeOf({ topic: name, partition: partitionIndex })),
            offset,
            timestampMs,
            error:
              errorCode === 0 ? null : errorOfCode(errorCode, `topic ${name} partition ${partitionIndex}`),
            retry: isStaleLeader(errorCode) ? 'moved' : null,
          }),
        ),
      )
    } catch (error) {
      const known = errorOfThrown(error, `broker ${leader}`)
      return failAll(known, known.kind === 'unreachable' && !signal.aborted ? 'lost' : null)
    }
  })
  return (await Promise.all(answers)).flat()
}
