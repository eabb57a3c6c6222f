import { randomUUID } from 'node:crypto'
import type { PlanReplayRequest, ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Candidate, refusalOf } from '#server/domain/judge-letter.ts'
import { hashKey } from '#server/domain/partitioners.ts'
import { findRepeated, inSendingOrder } from '#server/domain/plan-order.ts'
import { lineageHeaders, makeStripTest, readLineage } from '#server/domain/replay-copy.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { isDeadLetterTopic, topicKindOf } from '#server/domain/topic-kind.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { type LetterRecord, listLetters, readIndexPositions } from '#server/repositories/dead-letters.ts'
import { readReaders } from '#server/repositories/replay-items.ts'
import { insertPlan, type NewReplayItem, type StoredPlan } from '#server/repositories/replays.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'
import { findEarlier } from './find-earlier.ts'
import { findPartitions } from './find-partitions.ts'
import { findPlanFindings, type Judged, type PlannedRecord } from './find-plan-findings.ts'
import { nameKey } from './find-superseded.ts'
import { openKept } from './open-kept.ts'
import { coordinateKey, visitLetters } from './read-letters.ts'
import { readOriginsOfTombstones } from './read-tombstone-origins.ts'
import { presentPlan } from './show-replay-plan.ts'

const largestSelection = 10_000

/**
 * Freezes a selection of dead letters to their coordinates and checks what replaying it would do: nothing is sent. The
 * plan is kept and can be started once. Refused letters are no part of it; each refusal and warning has its count.
 */
export const planReplay = async (
  deps: Deps,
  connection: Connection,
  _actor: Actor,
  request: PlanReplayRequest,
  call: Call,
): Promise<Result<ReplayPlan, Fault>> => {
  // Before the letters: what is read of them later can only be newer, and is then refused instead of sent.
  const positions = await readIndexPositions(deps.db, connection.id)
  const topicIds = new Map(positions.map((one) => [`${one.topic}/${one.partition}`, one.topicId]))
  const chosen = await selectLetters(deps, connection, request)
  if (!chosen.ok) return chosen
  const letters = chosen.value
  const records = new Map<string, PlannedRecord>()
  const visited = await visitLetters(
    connection,
    letters,
    (message) => records.set(coordinateKey(message), summarise(message, connection)),
    call,
    undefined,
    openKept(deps, connection),
  )
  if (!visited.ok) return fail(faultOf(visited.error))
  const judged = await judgeLetters(deps, connection, letters, records, request.targetTopic, call)
  if (!judged.ok) return judged
  const ready = judged.value.filter(({ refusal }) => refusal === null)
  const placed = await findPartitions(deps, connection, ready, call)
  const targets = [...Map.groupBy(ready, ({ target }) => target?.name ?? ('' as TopicName))].map(
    ([topic, list]) => ({
      topic,
      partitions: list[0]?.target?.partitions.length ?? 0,
      count: list.length,
      partition: placed.sentenceOf(topic),
    }),
  )
  const before = await findEarlier(deps, connection, ready, topicIds, call)
  const readers = await readReaders(
    deps.db,
    connection.id,
    targets.map(({ topic }) => topic),
  )
  const groupsOfLetters = [...new Set(letters.map(({ failureGroupId }) => failureGroupId))]
  const plan: StoredPlan = {
    frozenAt: deps.clock.nowMs(),
    total: letters.length,
    ready: ready.length,
    targets,
    findings: await findPlanFindings(
      deps,
      connection,
      judged.value,
      before.attempts,
      groupsOfLetters,
      readers,
      placed.findings,
      call,
    ),
    readers: readers.map(({ group, topic, lag }) => ({
      group,
      topic: topic as TopicName,
      lagMessages: lag.toString(),
    })),
    strippedHeaders: [...new Set(ready.flatMap(({ record }) => record?.strippedHeaders ?? []))].sort(),
    addedHeaders: Object.entries(lineageHeaders).map(([name, meaning]) => ({ name, meaning })),
    writeRefusedBecause: await whyNotWrite(connection, call),
    environment: { name: connection.environment.name, production: connection.environment.production },
    sending: before.sending,
    resent: before.attempts.size,
  }
  const id = randomUUID()
  const [only] = groupsOfLetters
  const failureGroupId = groupsOfLetters.length === 1 && only !== undefined ? only : null
  await insertPlan(
    deps.db,
    {
      id,
      connectionId: connection.id,
      title: titleOf(letters),
      failureGroupId,
      targets: targets.map(({ topic }) => topic),
      plan,
    },
    inSendingOrder(ready, ({ letter }) => letter).map((one) => ({
      ...itemOf(one),
      targetPartition: placed.partitionOf(one.letter.id),
      sourceTopicId: topicIds.get(`${one.letter.topic}/${one.letter.partition}`) ?? null,
      attempt: (before.attempts.get(one.letter.id)?.attempts ?? 0) + 1,
    })),
  )
  return succeed(await presentPlan(deps, connection, id, plan, null))
}

const titleOf = (letters: readonly LetterRecord[]): string => {
  const causes = new Set(letters.map(({ rootCause, errorClass, topic }) => rootCause ?? errorClass ?? topic))
  const [first = 'dead letters'] = causes
  return causes.size > 1 ? `${first} and ${causes.size - 1} more` : first
}

const selectLetters = async (
  deps: Deps,
  connection: Connection,
  { selection }: PlanReplayRequest,
): Promise<Result<readonly LetterRecord[], Fault>> => {
  const { failureGroupId, letterIds } = selection
  if (failureGroupId === undefined && (letterIds === undefined || letterIds.length === 0))
    return invalid('selection: name a failure group, or at least one dead letter.')
  if (letterIds?.some((id) => !/^\d{1,18}$/.test(id)))
    return invalid('selection.letterIds: these are not ids of dead letters.')
  const filter = { failureGroupId, ids: letterIds?.map(BigInt) }
  const found = await listLetters(deps.db, connection.id, filter, largestSelection + 1, null)
  if (found.length === 0) return invalid('selection: no dead letter fits it.')
  if (found.length > largestSelection)
    return invalid(
      `selection: more than ${largestSelection} dead letters; choose fewer, for example by their topic.`,
    )
  return succeed(found)
}

const judgeLetters = async (
  deps: Deps,
  connection: Connection,
  letters: readonly LetterRecord[],
  records: ReadonlyMap<string, PlannedRecord>,
  chosenTarget: TopicName | null,
  call: Call,
): Promise<Result<readonly Judged[], Fault>> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  const topics = new Map<string, TopicState>(listed.value.map((topic) => [topic.name, topic]))
  const wanted = [
    ...new Set(letters.map(({ originTopic }) => chosenTarget ?? originTopic).filter((name) => name !== null)),
  ] as TopicName[]
  // The list may be some seconds old: what is not on it is asked for by name before it counts as missing.
  for (const name of wanted.filter((one) => !topics.has(one))) {
    const found = await connection.broker.topics.find(name, call)
    if (found.ok) topics.set(name, found.value)
    else if (found.error.kind !== 'not-found') return fail(faultOf(found.error))
  }
  const present = wanted.filter((name) => topics.has(name))
  const settings = await connection.broker.topics.settings(present, call)
  const rights = await connection.broker.topics.rights(present, call)
  if (!rights.ok && rights.error.kind !== 'unsupported') return fail(faultOf(rights.error))
  const settingOf = (topic: string | null, setting: string): string | null =>
    (settings.ok ? settings.value.get(topic as TopicName) : null)?.find(({ name }) => name === setting)
      ?.value ?? null
  const origins = await readOriginsOfTombstones(deps, connection, letters, records, topics, call)
  const repeated = findRepeated(letters)
  return succeed(
    letters.map((letter) => {
      const name = chosenTarget ?? letter.originTopic
      const record = records.get(coordinateKey(letter)) ?? null
      const target = name === null ? null : (topics.get(name) ?? null)
      const candidate: Candidate = {
        targetTopic: name,
        targetExists: target !== null,
        targetIsDenied: target !== null && rights.ok && rights.value.get(target.name)?.write === false,
        targetIsInternal: name !== null && topicKindOf(name, target?.internal ?? false) === 'internal',
        targetIsDeadLetterTopic: name !== null && isDeadLetterTopic(name, connection.deadLetterTopics),
        record: record && {
          isTombstone: record.isTombstone,
          // A pointer has no key: its copy would not be the tombstone that died.
          originIsTombstone: !letter.isPointer && origins.get(letter.id) === 'tombstone',
          isEmpty: record.isTombstone && record.key === null,
          originIsGone: origins.get(letter.id) === 'gone',
          sizeBytes: record.sizeBytes,
          hasReplyTopic: record.hasReplyTopic,
        },
        maxMessageBytes: Number(settingOf(name, 'max.message.bytes')) || null,
        lastOutcome: letter.lastOutcome,
        disposition: letter.disposition?.kind ?? null,
      }
      const refusal = refusalOf(candidate) ?? (repeated.has(letter.id) ? 'same-message' : null)
      const isCompacted = settingOf(name, 'cleanup.policy')?.includes('compact') ?? false
      return { letter, record, target, isCompacted, refusal }
    }),
  )
}

/** What a copy's lineage headers and its batch take besides, in bytes. */
const addedBytes = 420

/** How long the copy will be, a little more rather than less. */
const sizeOf = ({ key, value, headers }: RawMessage, isStripped: (name: string) => boolean): number =>
  (key?.length ?? 0) +
  (value?.length ?? 0) +
  addedBytes +
  headers
    .filter(({ name }) => !isStripped(name))
    .reduce((sum, header) => sum + header.name.length * 3 + (header.value?.length ?? 0) + 6, 0)

/** What a plan needs of a record, without its bytes: ten thousand of them are held at once. */
const summarise = (message: RawMessage, { deadLetterRules }: Connection): PlannedRecord => {
  const isStripped = makeStripTest(message.headers, deadLetterRules)
  return {
    key: message.key && nameKey(message.key),
    hashes: message.key && hashKey(message.key),
    isTombstone: message.value === null,
    sizeBytes: sizeOf(message, isStripped),
    hasReplyTopic: message.headers.some(({ name }) => name === 'kafka_replyTopic' || name === 'reply-to'),
    attempts: readLineage(message.headers)?.attempt ?? 0,
    strippedHeaders: message.headers.map(({ name }) => name).filter(isStripped),
  }
}

const itemOf = ({
  letter,
  target,
}: Judged): Omit<NewReplayItem, 'sourceTopicId' | 'attempt' | 'targetPartition'> => ({
  letterId: letter.id,
  sourceTopic: letter.topic,
  sourcePartition: letter.partition,
  sourceOffset: letter.offset,
  keyText: letter.keyText,
  targetTopic: target?.name ?? '',
  readerGroup: letter.group,
  traceId: letter.traceId,
})

const whyNotWrite = async (connection: Connection, call: Call): Promise<string | null> => {
  if (connection.readOnly) return 'The connection is read-only.'
  const { publish } = await connection.broker.capabilities(call)
  return publish.state === 'yes' ? null : publish.why
}
