import { randomUUID } from 'node:crypto'
import type { PlanReplayRequest, ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { inSendingOrder } from '#server/domain/plan-order.ts'
import { lineageHeaders } from '#server/domain/replay-copy.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { type LetterRecord, listLetters, readIndexPositions } from '#server/repositories/dead-letters.ts'
import { readReaders } from '#server/repositories/replay-items.ts'
import { insertPlan, type NewReplayItem, type StoredPlan } from '#server/repositories/replays.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'
import { findEarlier } from './find-earlier.ts'
import { findPartitions } from './find-partitions.ts'
import { findPlanFindings } from './find-plan-findings.ts'
import { type Judged, judgeLetters } from './judge-letters.ts'
import { openKept } from './open-kept.ts'
import { coordinateKey, visitLetters } from './read-letters.ts'
import { presentPlan } from './show-replay-plan.ts'
import { type PlannedRecord, summariseRecord } from './summarise-record.ts'

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
    (message) => records.set(coordinateKey(message), summariseRecord(message, connection)),
    call,
    undefined,
    openKept(deps, connection),
  )
  if (!visited.ok) return fail(faultOf(visited.error))
  const judged = await judgeLetters(
    deps,
    connection,
    letters,
    records,
    { targetTopic: request.targetTopic, mayLoop: request.mayLoop ?? false },
    call,
  )
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

const itemOf = ({
  letter,
  record,
  restores,
  target,
}: Judged): Omit<NewReplayItem, 'sourceTopicId' | 'attempt' | 'targetPartition'> => ({
  letterId: letter.id,
  sourceTopic: letter.topic,
  sourcePartition: letter.partition,
  sourceOffset: letter.offset,
  keyText: letter.keyText,
  targetTopic: target?.name ?? '',
  readerGroup: letter.group,
  traceId: letter.traceId ?? record?.traceId ?? null,
  rehydrated: restores !== null,
})

const whyNotWrite = async (connection: Connection, call: Call): Promise<string | null> => {
  if (connection.readOnly) return 'The connection is read-only.'
  const { publish } = await connection.broker.capabilities(call)
  return publish.state === 'yes' ? null : publish.why
}
