import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sayBytes } from '#server/domain/say-amounts.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import {
  keepLetters,
  type LetterToKeep,
  listUnkept,
  sumKeptBytes,
} from '#server/repositories/kept-letters.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { findDueLetters } from './find-due-letters.ts'
import { bytesOfMessage, readLetters } from './read-letters.ts'
import { readRetention } from './read-retention.ts'
import { readTopicKinds } from './read-topic-kinds.ts'

const lettersAtOnce = 200
const bytesAtOnce = 8 * 1024 * 1024

export type KeepingReport = {
  readonly kept: number
  /** Letters that are too large, or for which there was no room any more. */
  readonly leftOut: number
  /** There is more to be kept now. */
  readonly isMore: boolean
  /** Why retention by size could not be foreseen for a topic that is limited by size; null: it could. */
  readonly unsized: string | null
}
type Kept = Omit<KeepingReport, 'unsized'>

/**
 * One step of keeping letters that retention is about to delete: looks in every partition of the connection's dead-letter
 * topics for records that retention by time or by size may delete so soon, and keeps those of failures that are not
 * closed, byte by byte. What exceeds the bounds of the setting is left out, with the reason.
 */
export const keepExpiring = async (
  deps: Deps,
  connection: Connection,
  lease: LeaseProof,
  call: Call,
): Promise<Result<KeepingReport, Fault>> => {
  const none: KeepingReport = { kept: 0, leftOut: 0, isMore: false, unsized: null }
  const { broker, keepExpiring: bounds } = connection
  if (!bounds || !broker.messages) return succeed(none)
  const [listed, kinds] = await Promise.all([broker.topics.list(call), readTopicKinds(deps, connection)])
  if (!listed.ok) return fail(faultOf(listed.error))
  const topics = listed.value
    .filter(({ name, internal }) => !internal && kinds.isDeadLetter(name))
    .map(({ name }) => name)
  const { byTopic, bytesByTopic, problem } = await readRetention(connection, topics, call)
  if (problem) return fail(faultOf(problem))
  let report = none
  const ahead = { nowMs: deps.clock.nowMs(), withinMs: bounds.withinMs }
  for (const topic of topics) {
    const limits = { ms: byTopic.get(topic) ?? null, bytes: bytesByTopic.get(topic) ?? null }
    const due = await findDueLetters(connection, topic, limits, ahead, call)
    if (!due.ok) return fail(faultOf(due.error))
    if (due.value.unsized !== null) report = { ...report, unsized: `${topic}: ${due.value.unsized.detail}` }
    for (const [partition, to] of due.value.upTo) {
      const done = await keepOf(deps, connection, { topic, partition, to }, lease, call)
      if (!done.ok) return fail(faultOf(done.error))
      report = {
        ...report,
        kept: report.kept + done.value.kept,
        leftOut: report.leftOut + done.value.leftOut,
        isMore: report.isMore || done.value.isMore,
      }
    }
  }
  return succeed(report)
}

type Due = { readonly topic: TopicName; readonly partition: number; readonly to: bigint }

const keepOf = async (
  deps: Deps,
  connection: Connection,
  { topic, partition, to }: Due,
  lease: LeaseProof,
  call: Call,
): Promise<Result<Kept, BrokerError>> => {
  const none: Kept = { kept: 0, leftOut: 0, isMore: false }
  const bounds = connection.keepExpiring
  const state = await connection.broker.topics.find(topic, call)
  if (!state.ok) return state
  const own = state.value.partitions.filter((one) => one.partition === partition)
  const offsets = await connection.broker.topics.offsets([{ ...state.value, partitions: own }], call)
  if (!offsets.ok) return offsets
  // What is deleted by now can not be kept any more.
  const start = offsets.value[0]?.partitions[0]?.start
  if (!bounds || start === undefined || to <= start) return succeed(none)
  const due = await listUnkept(deps.db, connection.id, { topic, partition }, [start, to], lettersAtOnce)
  if (due.length === 0) return succeed(none)
  const places = due.map((offset) => ({ topic, partition, offset }))
  const read = await readLetters(connection, places, bytesAtOnce, call)
  if (!read.ok) return read
  let used = await sumKeptBytes(deps.db, connection.id)
  const letters = [...read.value.records.values()].map((message): LetterToKeep => {
    const bytes = bytesOfMessage(message)
    const leftOut =
      bytes > bounds.letterBytes
        ? `It has ${sayBytes(BigInt(bytes))}; spillway.yaml lets letters of up to ${sayBytes(BigInt(bounds.letterBytes))} be kept.`
        : used + BigInt(bytes) > BigInt(bounds.bytes)
          ? `There was no room left: spillway.yaml lets ${sayBytes(BigInt(bounds.bytes))} be kept in all.`
          : null
    if (leftOut === null) used += BigInt(bytes)
    return { message, bytes, leftOut }
  })
  await keepLetters(deps.db, connection.id, letters, lease)
  const kept = letters.filter(({ leftOut }) => leftOut === null).length
  return succeed({
    kept,
    leftOut: letters.length - kept,
    // Those that were deleted meanwhile come again until the start of the partition tells.
    isMore: letters.length > 0 && (due.length === lettersAtOnce || read.value.count < due.length),
  })
}
