import type { z } from 'zod'
import { requeueActions } from '#server/contracts/choices.ts'
import type { WaitingList, waitingQuery } from '#server/contracts/requeues.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type RetryConvention, routeRequeue } from '#server/domain/requeue.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition } from '#server/ports/raw-message.ts'
import { readLatestRequeues } from '#server/repositories/waiting-records.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { lastReplayOf } from './last-replay-of.ts'
import { findWaitingTopic, visitWaiting, type WaitingTopic } from './read-waiting.ts'
import { commonConvention, fitsFilter, type WaitingLetter, waitingLetterOf } from './waiting-letter.ts'

type Row = WaitingList['records'][number]

/**
 * What waits in a retry topic: records that the groups of its chain have not read yet, the first due first, and what can
 * be done with them. Reads the topic from where the slowest group stands.
 */
export const listWaiting = async (
  deps: Deps,
  connection: Connection,
  { topic, limit, ...filter }: z.output<typeof waitingQuery> & { readonly topic: TopicName },
  call: Call,
): Promise<Result<WaitingList, Fault>> => {
  const found = await findWaitingTopic(deps, connection, topic, call)
  if (!found.ok) return fail(faultOf(found.error))
  const { state, ends } = found.value
  const place = { connectionId: connection.id, topic, topicId: state.topicId }
  const latest = await readLatestRequeues(deps.db, place)
  const all: WaitingLetter[] = []
  const whole = await visitWaiting(
    connection,
    found.value,
    (message) =>
      all.push(
        waitingLetterOf(connection, message, latest.get(formatPosition(message.partition, message.offset))),
      ),
    call,
  )
  if (!whole.ok) return fail(faultOf(whole.error))
  const convention = commonConvention(all)
  const matching = all.filter((one) => fitsFilter(one, filter))
  const dues = all.flatMap(({ dueAtMs }) => dueAtMs ?? [])
  return succeed({
    topic,
    origin: (ends?.origin ?? null) as TopicName | null,
    delayMs: ends?.retries.find((one) => one.topic === topic)?.delayMs ?? null,
    convention,
    readers: readersOf(found.value),
    readersProblem: found.value.problem,
    waiting: all.length,
    matching: matching.length,
    isWhole: whole.value,
    firstDueAt: dues.reduce<number | null>((min, at) => (min === null || at < min ? at : min), null),
    lastDueAt: dues.reduce<number | null>((max, at) => (max === null || at > max ? at : max), null),
    routes: ends === null ? [] : routesOf(topic, convention, ends),
    records: matching.toSorted(byDue).slice(0, limit).map(rowOf),
  })
}

const routesOf = (
  topic: string,
  convention: RetryConvention | null,
  ends: NonNullable<WaitingTopic['ends']>,
): WaitingList['routes'] => requeueActions.map((action) => routeRequeue(action, topic, convention, ends))

const readersOf = ({ readers, spans }: WaitingTopic): WaitingList['readers'] =>
  readers.map(({ group, members, committed }) => ({
    group,
    members,
    unread: spans.reduce((sum, { partition, from, end }) => {
      const at = committed.get(partition) ?? from
      return sum + Number(end > at ? end - at : 0n)
    }, 0),
    positions: spans.map(({ partition, end }) => ({
      partition,
      committed: committed.get(partition)?.toString() ?? null,
      end: end.toString(),
    })),
  }))

const byDue = (a: WaitingLetter, b: WaitingLetter): number =>
  (a.dueAtMs ?? Number.MAX_SAFE_INTEGER) - (b.dueAtMs ?? Number.MAX_SAFE_INTEGER)

const rowOf = ({ letter, dueAtMs }: WaitingLetter): Row => ({
  position: formatPosition(letter.partition, letter.offset) as Row['position'],
  keyText: letter.keyText,
  at: letter.diedAtMs,
  dueAt: dueAtMs,
  attempts: letter.attempts,
  errorClass: letter.rootCause ?? letter.errorClass,
  message: letter.message,
  traceId: letter.traceId as Row['traceId'],
  lastReplay: lastReplayOf(letter),
})
