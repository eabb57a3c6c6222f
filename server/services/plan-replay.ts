import { randomUUID } from 'node:crypto'
import type { PlanReplayRequest, ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { chooseReaderGroup } from '#server/domain/choose-reader-group.ts'
import { editedHeaders } from '#server/domain/edit-headers.ts'
import { packIds } from '#server/domain/id-ranges.ts'
import { inSendingOrder } from '#server/domain/plan-order.ts'
import { lineageHeaders } from '#server/domain/replay-copy.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { type LetterRecord, readIndexPositions } from '#server/repositories/dead-letters.ts'
import { insertPlan } from '#server/repositories/insert-plan.ts'
import type { NewLetterEdit } from '#server/repositories/letter-edits.ts'
import type { StoredPlan } from '#server/repositories/replays.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { findEarlier } from './find-earlier.ts'
import { findExpiring } from './find-expiring.ts'
import { findPartitions } from './find-partitions.ts'
import { findPlanFindings } from './find-plan-findings.ts'
import { findReaders } from './find-readers.ts'
import { findRetryTopics } from './find-retry-topics.ts'
import { findSchemaClashes } from './find-schema-clashes.ts'
import { findSchemaProblems, makeSchemaSample } from './find-schema-problems.ts'
import { findSourceEnds } from './find-source-ends.ts'
import type { FoundLetters } from './found-letters.ts'
import { type Judged, judgeLetters, type PlanChoice } from './judge-letters.ts'
import { openKept } from './open-kept.ts'
import { planItemOf } from './plan-item.ts'
import { coordinateKey, visitLetters } from './read-letters.ts'
import { findPlanTarget, withOutcomesOf } from './replay-target.ts'
import { selectLetters } from './select-letters.ts'
import { presentPlan } from './show-replay-plan.ts'
import { type PlannedRecord, summariseRecord } from './summarise-record.ts'

const timestampFindings = ['timestamp-expired', 'timestamp-ignored', 'timestamp-unknown'] as const

/** What a plan of one letter sends instead of it. */
export type PlannedEdit = {
  readonly apply: (message: RawMessage) => RawMessage
  /** The letter is a pointer: the record that died is what was edited. */
  readonly isRehydrated: boolean
  readonly isKeyChanged: boolean
  readonly keyText: string | null
  readonly row: NewLetterEdit
}

/**
 * Freezes a selection of dead letters to their coordinates and checks what replaying it would do: nothing is sent. The
 * plan is kept and can be started once. Refused letters are no part of it; each refusal and warning has its count. What
 * is checked of a target is checked on the connection that copies go to.
 */
export const planReplay = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  request: PlanReplayRequest,
  call: Call,
  edit: PlannedEdit | null = null,
): Promise<Result<ReplayPlan, Fault>> => {
  // Before the letters: what is read of them later can only be newer, and is then refused instead of sent.
  const positions = await readIndexPositions(deps.db, connection.id)
  const topicIds = new Map(positions.map((one) => [`${one.topic}/${one.partition}`, one.topicId]))
  const chosen = await selectLetters(deps, connection, request)
  if (!chosen.ok) return chosen
  const found = await findPlanTarget(deps, connection, request.targetConnection ?? null, call)
  if (!found.ok) return found
  const place = found.value
  const { connection: target } = place
  const letters = await withOutcomesOf(deps, place, chosen.value.letters)
  const records = new Map<string, PlannedRecord>()
  const sample = makeSchemaSample()
  const visited = await visitLetters(
    connection,
    letters,
    (read) => {
      const message = edit?.apply(read) ?? read
      const record = summariseRecord(message, connection)
      records.set(coordinateKey(message), record)
      sample.take(message, record.schemas)
    },
    call,
    undefined,
    openKept(deps, connection),
  )
  if (!visited.ok) return fail(faultOf(visited.error))
  const choice: PlanChoice = {
    targetTopic: request.targetTopic,
    targetConnection: target.id === connection.id ? null : target.id,
    mayLoop: request.mayLoop ?? false,
    timestamps: request.timestamps ?? 'now',
  }
  const judged = await judgeLetters(deps, connection, place, letters, records, choice, call, edit !== null)
  if (!judged.ok) return judged
  const all = edit?.isRehydrated ? judged.value.map(ofOrigin) : judged.value
  const ready = all.filter(({ refusal }) => refusal === null)
  const order = inSendingOrder(ready, ({ letter }) => letter)
  const placed = await findPartitions(
    deps,
    target,
    edit?.isKeyChanged || place.isElsewhere ? ready.map(ofNewKey) : ready,
    call,
  )
  const targets = [...Map.groupBy(ready, ({ target }) => target?.name ?? ('' as TopicName))].map(
    ([topic, list]) => ({
      topic,
      partitions: list[0]?.target?.partitions.length ?? 0,
      count: list.length,
      partition: placed.sentenceOf(topic),
    }),
  )
  const before = await findEarlier(deps, target, place.sourceClusterId, ready, topicIds, call)
  if (edit !== null && [...before.attempts.values()].some(({ elsewhere }) => elsewhere !== null))
    return fail({ code: 'conflict', detail: sentElsewhere })
  const { readers, shareGroups, problem } = await findReaders(
    deps,
    target,
    [...new Map(ready.flatMap(({ target }) => (target ? [[target.name, target]] : []))).values()],
    call,
  )
  const groupsOfLetters = [...new Set(letters.map(({ failureGroupId }) => failureGroupId))]
  const plan: StoredPlan = {
    frozenAt: deps.clock.nowMs(),
    total: letters.length,
    ready: ready.length,
    selected: { letterIds: packIds(letters.map(({ id: letterId }) => letterId)) },
    selection: { words: chosen.value.words, groups: groupsOfLetters.length },
    sources: await findSourceEnds(connection, letters, call),
    choice,
    retryTopics: [...(await findRetryTopics(deps, target, ready, readers, call))],
    targets,
    findings: await findPlanFindings(
      deps,
      connection,
      all,
      before.attempts,
      readers,
      [
        ...placed.findings,
        ...(await findSchemaProblems(target, ready, sample, call)),
        await findSchemaClashes(connection, target, ready, call),
        ...timestampFindings.map(
          (code): FoundLetters => [code, ready.filter(({ timestampProblem }) => timestampProblem === code)],
        ),
        ['expires-soon', await findExpiring(deps, connection, order, deps.clock.nowMs(), call)],
        ['readers-unknown', problem === null ? [] : ready, problem ?? ''],
        ['mixed-targets', targets.length > 1 ? ready : []],
      ],
      call,
      place.isElsewhere,
    ),
    readers: readers.map(({ group, topic, lag }) => ({
      group,
      topic,
      lagMessages: lag?.toString() ?? null,
    })),
    shareGroups: [...shareGroups],
    strippedHeaders: [...new Set(ready.flatMap(({ record }) => record?.strippedHeaders ?? []))].sort(),
    addedHeaders: Object.entries({ ...lineageHeaders, ...(edit === null ? {} : editedHeaders) }).map(
      ([name, meaning]) => ({ name, meaning }),
    ),
    writeRefusedBecause: await whyNotWrite(target, call, target.id !== connection.id),
    targetConnection:
      target.id === connection.id
        ? null
        : { id: target.id, name: target.name, isSameCluster: !place.isElsewhere },
    environment: { name: target.environment.name, production: target.environment.production },
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
      title: edit === null ? titleOf(letters) : `${titleOf(letters)}, edited`,
      failureGroupId,
      targets: targets.map(({ topic }) => topic),
      targetConnectionId: choice.targetConnection ?? null,
      clusterId: place.sourceClusterId || null,
      targetClusterId: place.clusterId || null,
      plan,
    },
    order.map((one) => ({
      ...planItemOf(one, {
        topicId: topicIds.get(`${one.letter.topic}/${one.letter.partition}`) ?? null,
        attempts: before.attempts,
        partitionOf: placed.partitionOf,
      }),
      // In another cluster the group that failed counts only where it reads, too.
      readerGroup: chooseReaderGroup(
        place.isElsewhere ? { ...one.letter, originTopic: null } : one.letter,
        one.target?.name ?? '',
        readers,
      ),
      ...(edit?.isKeyChanged ? { keyText: edit.keyText } : {}),
    })),
    edit?.row ?? null,
  )
  return succeed(await presentPlan(deps, connection, id, plan, null, call, actor))
}

const sentElsewhere =
  'The ledger says that another installation has sent a copy of this letter before, and nobody here knows what became of it: an edited one could be processed beside it. Nothing was planned.'

/** With a new key, or in another cluster, a copy has no partition of its own: where the message died says nothing of it. */
const ofNewKey = (one: Judged): Judged => ({ ...one, letter: { ...one.letter, originPartition: null } })

/** An edit of a pointer is one of the record that died. */
const ofOrigin = (one: Judged): Judged => ({ ...one, restores: 'payload' })

const titleOf = (letters: readonly LetterRecord[]): string => {
  const causes = new Set(
    letters.map(({ rootCause, errorClass, topic }) => shortClass(rootCause ?? errorClass) ?? topic),
  )
  const [first = 'dead letters'] = causes
  return causes.size > 1 ? `${first} and ${causes.size - 1} more` : first
}

/** Why nothing can be written over a connection, in a sentence; null: it can. `isOther`: it is not that of the letters. */
export const whyNotWrite = async (
  target: Connection,
  call: Call,
  isOther = false,
): Promise<string | null> => {
  if (target.readOnly)
    return isOther ? `The connection ${target.name} is read-only.` : 'The connection is read-only.'
  const { publish } = await target.broker.capabilities(call)
  return publish.state === 'yes' ? null : publish.why
}
