import type { TopicName } from '#server/contracts/scalars.ts'
import { traceIdOfHeaders } from '#server/domain/known-headers.ts'
import { readLetterFacts } from '#server/domain/letter-facts.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { isDeadLetterTopic } from '#server/domain/topic-kind.ts'
import type { RawMessage } from '#server/ports/broker.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import {
  type IndexedPosition,
  indexLetters,
  type LeaseProof,
  type NewLetter,
  readIndexPositions,
} from '#server/repositories/dead-letters.ts'
import { recordFailure, recordGood } from '#server/repositories/freshness.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

export const indexSource = 'dead-letter-index'
const batchBudget: Budget = { messages: 2_000, bytes: 32 * 1024 * 1024, milliseconds: 5_000 }
const batchLetters = 2_000

export type IndexReport = { readonly indexed: number; readonly behind: bigint }

const keyText = ({ key }: RawMessage): string | null => {
  if (key === null) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(key)
  } catch {
    return `0x${Buffer.from(key).toString('hex')}`
  }
}

const letterOf = (connection: Connection, message: RawMessage): NewLetter => {
  const { decoded: _, ...facts } = readLetterFacts(connection.id, message.topic, message.headers)
  const { topic, partition, offset, timestampMs, headers } = message
  return {
    ...facts,
    topic,
    partition,
    offset,
    diedAtMs: Number(timestampMs),
    keyText: keyText(message),
    traceId: traceIdOfHeaders(headers),
  }
}

/**
 * One step of the dead-letter index of one connection: reads what is new in every dead-letter topic, decodes it and
 * writes letters, failure groups and positions in one transaction a partition. Answers how many letters were new and
 * how many records are still unread. Works without a consumer group, so on read-only connections too.
 */
export const indexDeadLetters = async (
  deps: Deps,
  connection: Connection,
  lease: LeaseProof,
  call: Call,
): Promise<Result<IndexReport, Fault>> => {
  const { topics, messages } = connection.broker
  if (!messages) return fail({ code: 'unsupported', detail: 'This broker can not be read by position.' })
  const listed = await topics.list(call)
  if (!listed.ok) return failed(deps, connection, listed.error)
  const watched = listed.value.filter(({ name }) => isDeadLetterTopic(name, connection.deadLetterTopics))
  const offsets = await topics.offsets(watched, call)
  if (!offsets.ok) return failed(deps, connection, offsets.error)
  const known = new Map(
    (await readIndexPositions(deps.db, connection.id)).map((one) => [
      `${one.topic} ${one.partition}`,
      one.nextOffset,
    ]),
  )

  let indexed = 0
  let behind = 0n
  for (const { topic, partitions } of offsets.value)
    for (const { partition, start, end } of partitions) {
      if (call.signal.aborted) return succeed({ indexed, behind })
      const next = known.get(`${topic} ${partition}`) ?? start
      // Below the start retention was faster; beyond the end the topic was made anew.
      const from = next < start || next > end ? start : next
      if (from >= end) continue
      const read = await messages.readForward(
        { topic: topic as TopicName, partition, from, limit: batchLetters, budget: batchBudget },
        call,
      )
      if (!read.ok) return failed(deps, connection, read.error)
      const nextOffset = read.value.resumeAt.get(partition) ?? from
      const position: IndexedPosition = { topic, partition, nextOffset }
      indexed += await indexLetters(
        deps.db,
        connection.id,
        read.value.messages.map((message) => letterOf(connection, message)),
        [position],
        lease,
      )
      behind += end > nextOffset ? end - nextOffset : 0n
    }
  await recordGood(deps.db, connection.id, indexSource, behind === 0n ? '' : `${behind} records behind`)
  if (indexed > 0) await notifyChanged(deps.db, 'failure-groups', connection.id)
  return succeed({ indexed, behind })
}

const failed = async (
  deps: Deps,
  connection: Connection,
  error: Parameters<typeof faultOf>[0],
): Promise<Result<never, Fault>> => {
  await recordFailure(deps.db, connection.id, indexSource, error.detail)
  return fail(faultOf(error))
}
