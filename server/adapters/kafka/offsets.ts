import { listOffsetsV7 } from '@platformatic/kafka'
import type { Isolation } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { KafkaClient } from './client.ts'
import { errorOfCode, errorOfThrown, tolerate } from './errors.ts'
import { isolationLevels } from './fetch.ts'

/**
 * Special timestamps of ListOffsets: the first offset still there, and the one after the last: the high watermark, or for
 * who reads committed the last stable offset.
 */
export const earliest = -2n
export const latest = -1n

export type OffsetQuestion = { readonly topic: string; readonly partition: number; readonly leader: number }
export type OffsetAnswer = OffsetQuestion & { readonly offset: bigint; readonly error: BrokerError | null }

/** Asks every partition's leader for the offset at a time (or `earliest`, `latest`), one request a broker. */
export const listOffsets = async (
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  timestamp: bigint,
  signal: AbortSignal,
  isolation: Isolation = 'uncommitted',
): Promise<readonly OffsetAnswer[]> => {
  const byLeader = Map.groupBy(questions, ({ leader }) => leader)
  const answers = [...byLeader].map(async ([leader, mine]): Promise<OffsetAnswer[]> => {
    const failAll = (error: BrokerError) => mine.map((question) => ({ ...question, offset: -1n, error }))
    if (leader < 0) return failAll(errorOfCode(5, 'partition without leader'))
    const topics = [...Map.groupBy(mine, ({ topic }) => topic)].map(([name, rows]) => ({
      name,
      partitions: rows.map(({ partition }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: -1,
        timestamp,
      })),
    }))
    try {
      const response = await client.ask(leader, signal, (connection) =>
        tolerate(listOffsetsV7.api.async(connection, -1, isolationLevels[isolation], topics)),
      )
      return response.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, offset, errorCode }) => ({
          topic: name,
          partition: partitionIndex,
          leader,
          offset,
          error: errorCode === 0 ? null : errorOfCode(errorCode, `topic ${name} partition ${partitionIndex}`),
        })),
      )
    } catch (error) {
      return failAll(errorOfThrown(error, `broker ${leader}`))
    }
  })
  return (await Promise.all(answers)).flat()
}
