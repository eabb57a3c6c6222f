import { judgeTopicNature, readDelay, type SampledRecord } from '#server/domain/judge-topic-nature.ts'
import { readLetterFacts } from '#server/domain/letter-facts.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { isDeadLetterTopic, topicKindOf } from '#server/domain/topic-kind.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  forgetTopicNatures,
  readTopicNatures,
  touchTopicNatures,
  writeTopicNature,
} from '#server/repositories/topic-natures.ts'
import { collectScan } from './collect-scan.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { isRetryByName } from './read-retry-chains.ts'

const sampleRecords = 20
const budget: Budget = { messages: 60, bytes: 1024 * 1024, milliseconds: 1_500 }
/** Ends are asked for so many topics at once, of which so many that have something new are read. */
const topicsAtOnce = 200
const readAtOnce = 5

export type NatureStep = { readonly looked: number; readonly sampled: number; readonly isMore: boolean }

/**
 * One step of looking at topics whose names do not tell that they hold dead letters: those looked at longest ago, when
 * that is longer than `againMs`. Reads a few of the newest records of those that have any new ones and keeps what they
 * show. Topics that are gone are forgotten.
 */
export const sampleTopicNatures = async (
  deps: Deps,
  connection: Connection,
  againMs: number,
  call: Call,
): Promise<Result<NatureStep, Fault>> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  const known = new Map((await readTopicNatures(deps.db, connection.id)).map((one) => [one.topic, one]))
  const states = new Map<string, TopicState>(listed.value.map((one) => [one.name, one]))
  const gone = [...known.values()].filter(({ topic, topicId }) => {
    const now = states.get(topic)
    return !now || (topicId !== null && now.topicId !== null && now.topicId !== topicId)
  })
  if (gone.length > 0)
    await forgetTopicNatures(
      deps.db,
      connection.id,
      gone.map(({ topic }) => topic),
    )
  for (const { topic } of gone) known.delete(topic)
  const nowMs = deps.clock.nowMs()
  const at = (name: string) => known.get(name)?.sampledAtMs ?? 0
  const due = listed.value
    .filter(({ name, internal }) => isSampled(connection, name, internal) && at(name) < nowMs - againMs)
    .sort((a, b) => at(a.name) - at(b.name))
  const some = due.slice(0, topicsAtOnce)
  if (some.length === 0) return succeed({ looked: 0, sampled: 0, isMore: false })
  const offsets = await connection.broker.topics.offsets(some, call)
  if (!offsets.ok) return fail(faultOf(offsets.error))
  const ends = new Map<string, bigint>(
    offsets.value.map(({ topic, partitions }) => [topic, partitions.reduce((sum, { end }) => sum + end, 0n)]),
  )
  const isSame = ({ name }: TopicState) => known.get(name)?.endSum === ends.get(name)
  const same = some.filter(isSame)
  await touchTopicNatures(
    deps.db,
    connection.id,
    same.map(({ name }) => name),
    nowMs,
  )
  const fresh = some.filter((one) => !isSame(one))
  let isNews = gone.length > 0
  for (const topic of fresh.slice(0, readAtOnce)) {
    if (call.signal.aborted) break
    isNews = (await sampleOne(deps, connection, topic, ends.get(topic.name) ?? 0n, call)) || isNews
  }
  if (isNews) await notifyChanged(deps.db, 'failure-groups', connection.id)
  return succeed({
    looked: some.length,
    sampled: Math.min(fresh.length, readAtOnce),
    isMore: fresh.length > readAtOnce || due.length > some.length,
  })
}

const isSampled = (connection: Connection, name: string, internal: boolean): boolean =>
  topicKindOf(name, internal) !== 'internal' &&
  name !== connection.ledgerTopic &&
  !isDeadLetterTopic(name, connection.deadLetterTopics)

/** Answers whether the topic is taken for something else than before. One that can not be read waits for its next turn. */
const sampleOne = async (
  deps: Deps,
  connection: Connection,
  { name: topic, topicId }: TopicState,
  endSum: bigint,
  call: Call,
): Promise<boolean> => {
  const reader = connection.broker.messages
  const read =
    reader &&
    (await collectScan(reader, { topics: [{ topic }], order: 'newest', limit: sampleRecords, budget }, call))
  const isRead = read?.ok === true && (read.value.messages.length > 0 || read.value.errors.length === 0)
  if (call.signal.aborted) return false
  const sample = read?.ok ? read.value.messages.map((message) => readRecord(connection, message)) : []
  const nature = judgeTopicNature(topic, sample, isRetryByName(connection, topic))
  // One that could not be read is looked at again, whatever its end is then.
  return writeTopicNature(
    deps.db,
    connection.id,
    { topic, topicId, endSum: isRead ? endSum : -1n },
    isRead ? nature : { ...nature, why: 'It could not be read.' },
    deps.clock.nowMs(),
  )
}

const readRecord = (connection: Connection, message: RawMessage): SampledRecord => {
  const { decoded, originTopic, convention } = readLetterFacts(
    connection.id,
    message,
    connection.deadLetterRules,
  )
  // An origin that only the topic's name tells is no fact of the record.
  const origin = decoded?.death.originTopic ? originTopic : null
  return {
    convention: decoded === null ? null : convention,
    hasCommonNames: decoded?.hasCommonNames ?? false,
    origin,
    delayMs: readDelay(message.topic, message.headers, message.timestampMs),
  }
}
