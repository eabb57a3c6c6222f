import type { z } from 'zod'
import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import type {
  ReplayPlan,
  ReplaySummary,
  replayItemList,
  startReplayRequest,
} from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { searchBudget } from '#server/ports/call.ts'
import type { Publisher } from '#server/ports/publisher.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { type Bench, good, outgoing, springHeaders, takeLease } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { followReplay } from './follow-replay.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listReplayItems } from './list-replay-items.ts'
import { planReplay } from './plan-replay.ts'
import { type Patience, patience } from './replay-step.ts'
import { runReplayStep } from './run-replay-step.ts'
import { startReplay } from './start-replay.ts'

/** For tests: all letters of a topic, oldest first, after indexing. */
export const lettersOf = async (bench: Bench, topic: string): Promise<DeadLetterRow[]> => {
  await bench.index()
  const query = { topic: topic as TopicName, limit: 500 }
  const { letters } = await good(listDeadLetters(bench.deps, bench.connection, query, bench.call()))
  return letters.toSorted((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
}

/** Plans all letters of a topic, or those given. */
export const planOf = async (
  bench: Bench,
  topic: string,
  choice: {
    readonly letterIds?: readonly string[]
    readonly targetTopic?: string
    readonly connection?: Connection
  } = {},
): Promise<ReplayPlan> => {
  const letterIds = choice.letterIds ?? (await lettersOf(bench, topic)).map(({ id }) => id)
  const request = {
    selection: { letterIds: [...letterIds] },
    targetTopic: (choice.targetTopic ?? null) as TopicName | null,
  }
  return good(
    planReplay(bench.deps, choice.connection ?? bench.connection, bench.actor, request, bench.call()),
  )
}

/** Starts a plan, as fast as it goes and without a canary unless the request says otherwise. */
export const start = (
  bench: Bench,
  plan: ReplayPlan,
  request: Partial<z.output<typeof startReplayRequest>> = {},
): Promise<ReplaySummary> =>
  good(
    startReplay(
      bench.deps,
      bench.connection,
      bench.actor,
      { planId: plan.planId, pacePerSecond: 10_000, reason: '', canary: false, ...request },
      bench.call(),
    ),
  )

/** Sends a started replay to its end, as a worker does, over the given connection, with so long for each step. */
export const sendAll = async (
  bench: Bench,
  id: string,
  connection = bench.connection,
  { limits = patience, stepMs = 30_000 }: { readonly limits?: Patience; readonly stepMs?: number } = {},
): Promise<void> => {
  const lease = await takeLease(bench.deps, `replay:${id}`)
  try {
    for (;;) {
      const replay = await readReplay(bench.deps.db, id)
      if (!replay || (replay.state !== 'running' && replay.state !== 'cancelling')) return
      const waitMs = await runReplayStep(bench.deps, connection, replay, lease, bench.call(stepMs), limits)
      if (waitMs === null) return
      if (waitMs === 'fenced') throw new Error('fenced')
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  } finally {
    await lease.release()
  }
}

/** Looks once what became of the copies; answers whether outcomes are still open. */
export const follow = async (
  bench: Bench,
  id: string,
  timing = { quietMs: 1_500, giveUpMs: 600_000 },
  connection = bench.connection,
): Promise<boolean> => {
  await bench.index()
  const lease = await takeLease(bench.deps, `replay:${id}`)
  try {
    const replay = await readReplay(bench.deps.db, id)
    if (!replay) throw new Error(`replay ${id} is there`)
    return await followReplay(bench.deps, connection, replay, timing, lease, bench.call())
  } finally {
    await lease.release()
  }
}

/** Items of a replay in the order they are sent, up to 500. */
export const itemsOf = async (
  bench: Bench,
  replayId: string,
): Promise<z.input<typeof replayItemList>['items']> =>
  (await good(listReplayItems(bench.deps, bench.connection, { replayId, limit: 500 }, bench.call()))).items

/** The connection without transactions and with a publisher that does something else than it should, over the real one. */
export const withPublisher = (bench: Bench, send: (real: Publisher) => Publisher['send']): Connection => {
  const { publisher } = bench.connection.broker
  if (!publisher) throw new Error('the broker can be written to')
  const { transactions: _, ...broker } = bench.connection.broker
  return { ...bench.connection, broker: { ...broker, publisher: { ...publisher, send: send(publisher) } } }
}

/** A worker's connection that dies with its so-and-so-manieth batch: sent, but not written down. */
export const dyingAfter = (bench: Bench, batches: number): Connection => {
  let sentBatches = 0
  return withPublisher(bench, (real) => async (messages, call) => {
    const sent = await real.send(messages, call)
    if (++sentBatches === batches) throw new Error('killed')
    return sent
  })
}

/** A pair of topics of their own with a letter of each value, as a group gave them up; their records are not there. */
export const makeDeaths = async (
  bench: Bench,
  name: string,
  values: readonly string[],
  { group, partitions = 1 }: { readonly group: string | undefined; readonly partitions?: number },
): Promise<{ readonly origin: TopicName; readonly letters: TopicName }> => {
  const origin = await bench.makeTopic(name, partitions)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  await bench.send(
    values.map((value, index) =>
      outgoing(letters, {
        value,
        headers: springHeaders({
          topic: origin,
          partition: index % partitions,
          offset: BigInt(10_000 + index),
          ...(group === undefined ? {} : { group }),
        }),
      }),
    ),
  )
  return { origin, letters }
}

/** A pair of topics of their own with so many letters. */
export const makeLetters = async (
  bench: Bench,
  name: string,
  count: number,
  partitions = 3,
): Promise<{ readonly origin: TopicName; readonly letters: TopicName }> => {
  const origin = await bench.makeTopic(`${name}-${bench.suffix}`, partitions)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  await bench.send(
    Array.from({ length: count }, (_, index) =>
      outgoing(letters, {
        key: `k${index}`,
        value: `v${index}`,
        headers: springHeaders({ topic: origin, partition: index % partitions, offset: BigInt(index) }),
      }),
    ),
  )
  return { origin, letters }
}

/**
 * All records of a topic, by partition and offset. What was committed is waited for: a broker answers before it has
 * written the markers of a transaction.
 */
export const recordsOf = async (bench: Bench, topic: TopicName): Promise<RawMessage[]> => {
  const found = await good(bench.connection.broker.topics.find(topic, bench.call()))
  const all: RawMessage[] = []
  for (const { partition } of found.partitions) all.push(...(await committedOf(bench, topic, partition)))
  return all
}

const committedOf = async (
  bench: Bench,
  topic: TopicName,
  partition: number,
): Promise<readonly RawMessage[]> => {
  const reader = bench.connection.broker.messages
  const request = { topic, partition, from: 0n, limit: 100_000, budget: searchBudget }
  for (const untilMs = performance.now() + 5_000; ; ) {
    const read = reader && (await good(reader.readForward(request, bench.call())))
    if (!read || read.heldBack.length === 0 || performance.now() > untilMs) return read?.messages ?? []
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The copy at an offset. A commit is answered before its marker stands in the log: until then it can not be read. */
export const copyAt = async (
  bench: Bench,
  topic: TopicName,
  partition: number,
  offset: bigint,
): Promise<RawMessage> => {
  const { messages } = bench.connection.broker
  if (!messages) throw new Error('the broker can be read')
  for (const untilMs = performance.now() + 5_000; ; ) {
    const read = await messages.readAt(topic, partition, offset, bench.call())
    if (read.ok) return read.value
    if (performance.now() > untilMs) throw new Error(read.error.detail)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The newest header of a name as text; null where it is not there, or null itself. */
export const headerText = ({ headers }: RawMessage, name: string): string | null => {
  const value = headers.findLast((header) => header.name === name)?.value
  return value ? Buffer.from(value).toString() : null
}

/** Writes so many messages to a topic in a transaction that is aborted. */
export const abortOn = async (bench: Bench, topic: string, count: number): Promise<void> => {
  const producer = bench.kafka.producer({
    transactionalId: `abort-${topic}`,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({
    topic,
    messages: Array.from({ length: count }, () => ({ partition: 0, value: 'aborted' })),
  })
  await transaction.abort()
  await producer.disconnect()
}
