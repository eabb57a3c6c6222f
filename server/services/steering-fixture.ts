import { Admin as GroupAdmin } from '@platformatic/kafka'
import type { ReplaySummary } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { type Bench, good, outgoing, springHeaders, takeLease } from './dead-letter-fixture.ts'
import { followReplay } from './follow-replay.ts'
import { recordsOf } from './replay-fixture.ts'
import { runReplayStep } from './run-replay-step.ts'
import { showReplay } from './show-replay.ts'

/** For tests: a pair of topics with letters of one group. `keys` gives one letter each, in their order. */
export const makeGroupLetters = async (
  bench: Bench,
  name: string,
  keys: readonly string[],
  partitions: { readonly origin: number; readonly letters: number } = { origin: 3, letters: 1 },
): Promise<{ readonly origin: TopicName; readonly letters: TopicName; readonly group: string }> => {
  const origin = await bench.makeTopic(`${name}-${bench.suffix}`, partitions.origin)
  const letters = await bench.makeTopic(`${origin}-dlt`, partitions.letters)
  const group = `${name}-group-${bench.suffix}`
  await bench.send(
    keys.map((key, index) =>
      outgoing(letters, {
        key,
        value: `v${index}`,
        partition: index % partitions.letters,
        headers: springHeaders({
          topic: origin,
          partition: index % partitions.origin,
          offset: BigInt(1_000 + index),
          group,
        }),
      }),
    ),
  )
  return { origin, letters, group }
}

/** The group has committed all that stands in the topic now. It has no members: kafkajs would join it first. */
export const consumeAll = async (bench: Bench, group: string, topic: TopicName): Promise<void> => {
  const ends = await bench.admin.fetchTopicOffsets(topic)
  const admin = new GroupAdmin({ clientId: 'bench', bootstrapBrokers: [...bench.brokers] })
  const partitionOffsets = ends.map(({ partition, high }) => ({ partition, offset: BigInt(high) }))
  await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] })
  await admin.close()
}

/** The group has given these copies up again, as Spring Kafka does: their headers, then the failure's. */
export const dieAgain = async (
  bench: Bench,
  copies: readonly RawMessage[],
  {
    letters,
    group,
    errorClass,
  }: { readonly letters: string; readonly group: string; readonly errorClass?: string },
): Promise<void> => {
  await bench.send(
    copies.map(({ topic, partition, offset, key, value, headers }) =>
      outgoing(letters, {
        key,
        value,
        headers: [
          ...headers,
          ...springHeaders({
            topic,
            partition,
            offset,
            group,
            ...(errorClass === undefined ? {} : { errorClass }),
          }),
        ],
      }),
    ),
  )
}

export const summaryOf = (bench: Bench, id: string): Promise<ReplaySummary> =>
  good(showReplay(bench.deps, bench.connection, id, bench.call()))

const followEveryMs = 250

/**
 * Sends and follows a replay as a worker does, until `isEnough` says so of what it has come to. `onTurn` is what others do
 * meanwhile. Throws when that takes too long.
 */
export const drive = async (
  bench: Bench,
  id: string,
  isEnough: (summary: ReplaySummary) => boolean | Promise<boolean>,
  {
    quietMs = 300,
    giveUpMs = 600_000,
    onTurn = async () => {},
    withinMs = 150_000,
  }: {
    readonly quietMs?: number
    readonly giveUpMs?: number
    readonly onTurn?: (summary: ReplaySummary) => Promise<void>
    readonly withinMs?: number
  } = {},
): Promise<ReplaySummary> => {
  const lease = await takeLease(bench.deps, `replay:${id}`)
  const untilMs = performance.now() + withinMs
  let followedAt = Number.NEGATIVE_INFINITY
  try {
    for (;;) {
      const replay = await readReplay(bench.deps.db, id)
      if (!replay) throw new Error(`replay ${id} is there`)
      const isSending = replay.state === 'running' || replay.state === 'cancelling'
      const waitMs = isSending
        ? await runReplayStep(bench.deps, bench.connection, replay, lease, bench.call())
        : null
      if (waitMs === 'fenced') throw new Error('fenced')
      // As a worker does: batch after batch, and a look at what became of them now and then.
      if (waitMs !== null && waitMs < followEveryMs && performance.now() - followedAt < followEveryMs)
        continue
      followedAt = performance.now()
      await bench.index()
      const current = (await readReplay(bench.deps.db, id)) ?? replay
      await followReplay(bench.deps, bench.connection, current, { quietMs, giveUpMs }, lease, bench.call())
      const summary = await summaryOf(bench, id)
      if (await isEnough(summary)) return summary
      await onTurn(summary)
      if (performance.now() > untilMs) throw new Error(`took too long: ${JSON.stringify(summary)}`)
      await new Promise((resolve) => setTimeout(resolve, Math.min(50, waitMs ?? 50)))
    }
  } finally {
    await lease.release()
  }
}

export const countCopies = async (bench: Bench, topic: TopicName): Promise<number> =>
  (await recordsOf(bench, topic)).length
