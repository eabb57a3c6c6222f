import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { MessageReader, PartitionTimes, TopicTimes } from '#server/ports/message-reader.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { answering } from './answering.ts'
import type { KafkaClient } from './client.ts'
import { earliest, latest, listOffsets, type OffsetAnswer, type OffsetQuestion } from './offsets.ts'

/** Of the edges, these are asked first; those between two at the same offset need not be asked at all. */
const stride = 8
/** A broker answers one request of a connection after the other: others want their turn between. */
const requestsAtOnce = 4
/** ListOffsets of the message with the largest timestamp (KIP-734). */
const largestTimestamp = -3n

type Lane = {
  readonly topic: TopicName
  readonly partition: number
  readonly leader: number
  readonly offsets: (bigint | null)[]
  start: bigint
  end: bigint
  error: BrokerError | null
}

const questionsOf = (topics: readonly TopicState[]) =>
  topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, leader }) => ({ topic: name, partition, leader: leader ?? -1 })),
  )

const keyOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic} ${partition}`

/**
 * A request names a partition once (the broker refuses a second time as INVALID_REQUEST), so each further edge of a
 * partition takes a request more; all partitions of a broker share it, each with the edge it needs.
 */
export const offsetsByTime =
  (client: KafkaClient): MessageReader['offsetsByTime'] =>
  (topics, edgesMs, { signal }) =>
    answering('offsets by time', async (): Promise<TopicTimes> => {
      const lanes = questionsOf(topics).map(
        (question): Lane => ({
          ...question,
          offsets: edgesMs.map(() => null),
          start: 0n,
          end: 0n,
          error: null,
        }),
      )
      const byKey = new Map(lanes.map((lane) => [keyOf(lane), lane]))
      const note = (answers: readonly OffsetAnswer[], put: (lane: Lane, offset: bigint) => void): void => {
        for (const answer of answers) {
          const lane = byKey.get(keyOf(answer))
          if (!lane) continue
          if (answer.error) lane.error ??= answer.error
          else put(lane, answer.offset)
        }
      }
      const askEdges = (edgesOf: (lane: Lane) => readonly number[]): Promise<void> =>
        askInLayers(client, lanes, edgesMs, edgesOf, signal, note)
      const coarse = edgesMs.flatMap((_, index) =>
        index % stride === 0 || index === edgesMs.length - 1 ? [index] : [],
      )
      await Promise.all([
        listOffsets(client, lanes, earliest, signal).then((answers) =>
          note(answers, (lane, offset) => {
            lane.start = offset
          }),
        ),
        askEdges(() => coarse),
      ])
      // After the edges: an end that was asked for earlier could lie before them.
      note(await listOffsets(client, lanes, latest, signal, 'committed'), (lane, offset) => {
        lane.end = offset
      })
      await askEdges((lane) => (lane.error === null ? edgesBetween(lane, coarse) : []))
      return {
        partitions: lanes.flatMap((lane) => (lane.error === null ? [timesOf(lane)] : [])),
        failed: lanes.flatMap(({ topic, partition, error }) =>
          error === null ? [] : [{ topic, partition, error }],
        ),
      }
    })

/** Edges not asked yet; where both neighbours stand at one offset, the edge stands there too. */
const edgesBetween = ({ offsets }: Lane, coarse: readonly number[]): readonly number[] =>
  coarse.flatMap((from, place) => {
    const to = coarse[place + 1] ?? from
    const inner = Array.from({ length: Math.max(0, to - from - 1) }, (_, index) => from + 1 + index)
    const [low, high] = [offsets[from] ?? null, offsets[to] ?? null]
    if (low !== high) return inner
    for (const index of inner) offsets[index] = low
    return []
  })

const askInLayers = async (
  client: KafkaClient,
  lanes: readonly Lane[],
  edgesMs: readonly bigint[],
  edgesOf: (lane: Lane) => readonly number[],
  signal: AbortSignal,
  note: (answers: readonly OffsetAnswer[], put: (lane: Lane, offset: bigint) => void) => void,
): Promise<void> => {
  const wanted = lanes.map((lane) => ({ lane, edges: edgesOf(lane) }))
  const layers = wanted.reduce((most, { edges }) => Math.max(most, edges.length), 0)
  let next = 0
  const work = async (): Promise<void> => {
    while (next < layers) {
      const layer = next
      next += 1
      const edgeOf = new Map<Lane, number>()
      const questions: OffsetQuestion[] = []
      for (const { lane, edges } of wanted) {
        const edge = edges[layer]
        const at = edge === undefined ? undefined : edgesMs[edge]
        if (edge === undefined || at === undefined) continue
        edgeOf.set(lane, edge)
        questions.push({ topic: lane.topic, partition: lane.partition, leader: lane.leader, at })
      }
      note(await listOffsets(client, questions, latest, signal, 'committed'), (lane, offset) => {
        const edge = edgeOf.get(lane)
        if (edge !== undefined) lane.offsets[edge] = offset < 0n ? null : offset
      })
    }
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, work))
}

/** Retention and writers move both ends while edges are asked for: each edge is kept between its neighbours. */
const timesOf = ({ topic, partition, start, end, offsets }: Lane): PartitionTimes => {
  let last = start < end ? start : end
  const rising = offsets.map((offset) => {
    const within = offset === null || offset > end ? end : offset
    last = within > last ? within : last
    return last
  })
  return { topic, partition, start: start < end ? start : end, end, offsets: rising }
}

/** Times of the first messages and of the newest, over all partitions that answer. */
export const timeSpan =
  (client: KafkaClient): MessageReader['timeSpan'] =>
  (topics, { signal }) =>
    answering('times of topics', async () => {
      const questions = questionsOf(topics)
      const [first, newest] = await Promise.all([
        listOffsets(client, questions, 0n, signal, 'committed'),
        listOffsets(client, questions, largestTimestamp, signal, 'committed'),
      ])
      const timesIn = (answers: readonly OffsetAnswer[]) =>
        answers.flatMap(({ error, offset, timestampMs }) =>
          error === null && offset >= 0n && timestampMs >= 0n ? [timestampMs] : [],
        )
      const least = timesIn(first).reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null)
      const most = timesIn(newest).reduce<bigint | null>((a, b) => (a === null || b > a ? b : a), null)
      return { firstMs: least, newestMs: most }
    })
