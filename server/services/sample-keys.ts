import { hashKey, type KeyPlace } from '#server/domain/partitioners.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { SampledKeys, SampleKeysTask } from '#server/ports/scanner.ts'

/** Messages of one partition that are looked at. */
const newestMessages = 200n
const oldestMessages = 60n
/** For one reading. */
const budget: Budget = { messages: 200, bytes: 2 * 1024 * 1024, milliseconds: 1_500 }
/** For all partitions together. */
const patienceMs = 5_000
/** Partitions that are read at the same time. */
const atOnce = 4

type Lane = SampleKeysTask['partitions'][number]

/**
 * Where keyed messages stand: some of the newest of each partition, and of the oldest, by the hashes of their keys. What
 * can not be read in time is left out.
 */
export const sampleKeys = async (
  reader: MessageReader,
  partitions: SampleKeysTask['partitions'],
  call: Call,
): Promise<readonly SampledKeys[]> => {
  const found = new Map(
    partitions.map(({ topic }) => [topic, { topic, newest: [] as KeyPlace[], oldest: [] as KeyPlace[] }]),
  )
  const deadline = performance.now() + patienceMs
  const read = async ({ topic, partition }: Lane, from: bigint, count: bigint, into: KeyPlace[]) => {
    if (count <= 0n || performance.now() >= deadline || call.signal.aborted) return
    const looked = await reader.readForward({ topic, partition, from, limit: Number(count), budget }, call)
    if (!looked.ok) return
    for (const { key } of looked.value.messages)
      if (key !== null) into.push({ partition, hashes: hashKey(key) })
  }
  const waiting = [...partitions]
  const work = async () => {
    for (let lane = waiting.shift(); lane; lane = waiting.shift()) {
      const sampled = found.get(lane.topic)
      if (!sampled) continue
      const { start, end } = lane
      const from = end - newestMessages > start ? end - newestMessages : start
      await read(lane, from, end - from, sampled.newest)
      await read(lane, start, from - start < oldestMessages ? from - start : oldestMessages, sampled.oldest)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return [...found.values()]
}
