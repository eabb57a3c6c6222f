import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { withoutRetry } from '#server/domain/choose-reader-group.ts'
import { type ChainEnds, chainEndsOf } from '#server/domain/requeue.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { Connection, Deps } from './deps.ts'
import { findChainOf } from './find-chain-of.ts'
import { findReaders } from './find-readers.ts'

/** A group that reads a retry topic, with what it has committed there, by partition. */
export type WaitingReader = {
  readonly group: string
  /** Null: not told. */
  readonly members: number | null
  readonly committed: ReadonlyMap<number, bigint>
}

/** A retry topic as it stands: who reads it, and which offsets of each partition are not read yet. */
export type WaitingTopic = {
  readonly state: TopicState
  /** Null: it is the retry topic of no chain that is known. */
  readonly ends: ChainEnds | null
  readonly readers: readonly WaitingReader[]
  /** Why others may read it, too; null: the broker has told of all. */
  readonly problem: string | null
  readonly spans: readonly WaitingSpan[]
}

/** `from` is where the slowest group goes on, or the start where one has committed nothing. */
export type WaitingSpan = { readonly partition: number; readonly from: bigint; readonly end: bigint }

/** Looked through at a time, and how long, also of all partitions together. */
export const mostWaiting = 20_000
const patienceMs = 20_000
const pieceBytes = 4 * 1024 * 1024

/**
 * Finds out who reads a retry topic and how far. Groups of the chain count (that of the origin, or one named after it);
 * where none is of it, all that read the topic.
 */
export const findWaitingTopic = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Result<WaitingTopic, BrokerError>> => {
  const { broker } = connection
  const [found, chain] = await Promise.all([
    broker.topics.find(topic, call),
    findChainOf(deps, connection, topic, call),
  ])
  if (!found.ok) return found
  if (!chain.ok) return chain
  const state = found.value
  const isRetry = chain.value?.topics.some((one) => one.topic === topic && one.kind === 'retry') ?? false
  const ends = isRetry && chain.value ? chainEndsOf(chain.value) : null
  const origin = ends === null ? null : await broker.topics.find(ends.origin as TopicName, call)
  const { readers, problem: untold } = await findReaders(
    deps,
    connection,
    [state, ...(origin?.ok ? [origin.value] : [])],
    call,
  )
  const main = readers.filter((one) => one.topic !== topic).map(({ group }) => group)
  const all = readers.filter((one) => one.topic === topic)
  const own = all.filter(({ group }) => main.some((one) => withoutRetry(group) === one))
  const chosen = own.length > 0 ? own : all
  const committed = await readCommitted(
    connection,
    topic,
    chosen.map(({ group }) => group),
    call,
  )
  if (!committed.ok) return committed
  const waiting = chosen.map(
    ({ group, members }): WaitingReader => ({
      group,
      members,
      committed: committed.value.get(group) ?? new Map(),
    }),
  )
  const offsets = await broker.topics.offsets([state], call)
  if (!offsets.ok) return offsets
  const [problem] = offsets.value[0]?.failed ?? []
  if (problem) return fail(problem.error)
  return succeed({
    state,
    ends,
    readers: waiting,
    problem: untold,
    // Brokers tell of partitions in any order.
    spans: sortByPartition(offsets.value[0]?.partitions ?? []).map(({ partition, start, end }) => {
      const from = readUpTo(waiting, partition)
      return { partition, from: from > start ? (from < end ? from : end) : start, end }
    }),
  })
}

const sortByPartition = <T extends { readonly partition: number }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => a.partition - b.partition)

/** Below this offset every group has read; 0 where one has committed nothing, or nobody reads. */
export const readUpTo = (readers: readonly WaitingReader[], partition: number): bigint =>
  readers.reduce<bigint | null>((min, { committed }) => {
    const one = committed.get(partition) ?? 0n
    return min === null || one < min ? one : min
  }, null) ?? 0n

/** What groups have committed on a topic now, by group and partition. One that can not be asked is an error. */
export const readCommitted = async (
  { broker }: Connection,
  topic: string,
  groups: readonly string[],
  call: Call,
): Promise<Result<ReadonlyMap<string, ReadonlyMap<number, bigint>>, BrokerError>> => {
  if (groups.length === 0) return succeed(new Map())
  const answer = await broker.groups?.committed(groups as GroupId[], call)
  if (!answer) return fail({ kind: 'unsupported', detail: 'This broker has no groups.', source: 'broker' })
  if (!answer.ok) return answer
  const silent = groups.find((group) => !answer.value.has(group as GroupId))
  if (silent !== undefined)
    return fail({
      kind: 'unreachable',
      detail: `${silent} could not be asked for its offsets`,
      source: 'broker',
    })
  return succeed(
    new Map(
      [...answer.value].map(([group, offsets]) => [
        group,
        new Map(
          offsets.flatMap((one) => (one.topic === topic ? [[one.partition, one.offset] as const] : [])),
        ),
      ]),
    ),
  )
}

/**
 * Shows what waits to `visit`, partition by partition in the order of offsets, in bounded pieces. A record's bytes are to
 * be copied by who keeps them. False: more wait than are looked through at a time.
 */
export const visitWaiting = async (
  { broker }: Connection,
  { state, spans }: WaitingTopic,
  visit: (message: RawMessage) => void,
  call: Call,
): Promise<Result<boolean, BrokerError>> => {
  const reader = broker.messages
  if (!reader)
    return fail({ kind: 'unsupported', detail: 'This broker can not be read by position.', source: 'broker' })
  const deadline = performance.now() + patienceMs
  let left = mostWaiting
  for (const { partition, from, end } of spans) {
    for (let next = from; next < end; ) {
      const milliseconds = deadline - performance.now()
      if (left <= 0 || milliseconds <= 0) return succeed(false)
      const budget: Budget = { ...searchBudget, bytes: pieceBytes, milliseconds }
      const read = await reader.readForward(
        { topic: state.name, partition, from: next, limit: left, budget },
        call,
      )
      if (!read.ok) return read
      const [problem] = read.value.errors
      if (problem) return fail(problem.error)
      for (const message of read.value.messages) {
        if (message.offset >= end) break
        left--
        visit(message)
      }
      const resume = read.value.resumeAt.get(partition) ?? next
      if (resume <= next) {
        // Behind an open transaction nobody reads; cut short is something else.
        if (read.value.stop === 'end') break
        return succeed(false)
      }
      next = resume
    }
  }
  return succeed(true)
}
