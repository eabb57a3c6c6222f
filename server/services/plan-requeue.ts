import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { PlanRequeue, planRequeueRequest } from '#server/contracts/requeues.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { chooseReaderGroup } from '#server/domain/choose-reader-group.ts'
import { readTimestampLimits } from '#server/domain/copy-timestamp.ts'
import type { PlanFindingCode } from '#server/domain/plan-findings.ts'
import { inSendingOrder } from '#server/domain/plan-order.ts'
import { lineageHeaders } from '#server/domain/replay-copy.ts'
import {
  type ChainEnds,
  type RequeueRoute,
  recipeOf,
  requeueHeaders,
  routeRequeue,
} from '#server/domain/requeue.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition } from '#server/ports/raw-message.ts'
import { insertPlan } from '#server/repositories/insert-plan.ts'
import type { StoredPlan } from '#server/repositories/replays.ts'
import { registerWaiting } from '#server/repositories/waiting-records.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { findEarlier } from './find-earlier.ts'
import { findPartitions } from './find-partitions.ts'
import { findPlanFindings } from './find-plan-findings.ts'
import { findReaders } from './find-readers.ts'
import { findSchemaProblems, makeSchemaSample } from './find-schema-problems.ts'
import { findSourceEnds } from './find-source-ends.ts'
import type { FoundLetters } from './found-letters.ts'
import { type Judged, judgeLetters } from './judge-letters.ts'
import { planItemOf } from './plan-item.ts'
import { whyNotWrite } from './plan-replay.ts'
import { coordinateKey } from './read-letters.ts'
import { readUpTo, type WaitingTopic } from './read-waiting.ts'
import { findPlanTarget } from './replay-target.ts'
import { sayReadAgain } from './say-read-again.ts'
import { type ChosenRecord, selectWaiting } from './select-waiting.ts'
import { presentPlan } from './show-replay-plan.ts'
import { commonConvention } from './waiting-letter.ts'

const soonMs = 60_000
const titles = {
  'skip-wait': 'Skip the wait in',
  'last-retry': 'To the last retry from',
  park: 'Parked from',
} as const

/**
 * Freezes records that wait in a retry topic to their coordinates and checks what requeuing them would do: nothing is
 * sent. The plan is one like every other: it is started, sent with the ledger, followed and reported as a replay.
 */
export const planRequeue = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { topic, action, ...selection }: z.output<typeof planRequeueRequest> & { readonly topic: TopicName },
  call: Call,
): Promise<Result<ReplayPlan, Fault>> => {
  const sample = makeSchemaSample()
  const selected = await selectWaiting(deps, connection, topic, selection, sample, call)
  if (!selected.ok) return selected
  const { waiting, chosen, ends } = selected.value
  const convention = commonConvention(chosen)
  const route = routeRequeue(action, topic, convention, ends)
  if (route.refusedBecause !== null) return fail({ code: 'conflict', detail: `${route.refusedBecause}.` })
  const late = await whyNotByTimestamp(connection, topic, convention, action, call)
  if (late !== null) return fail({ code: 'conflict', detail: late })
  const ids = await registerWaiting(
    deps.db,
    { connectionId: connection.id, topic, topicId: waiting.state.topicId },
    chosen.map(({ letter }) => letter),
  )
  const letters = chosen.map(({ letter }) => ({ ...letter, id: ids.get(placeOf(letter)) ?? 0n }))
  const byId = new Map(letters.map(({ id }, index) => [id, chosen[index]]))
  const records = new Map(
    chosen.flatMap(({ letter, record }) => (record ? [[coordinateKey(letter), record]] : [])),
  )
  const choice = {
    targetTopic: route.targetTopic as TopicName | null,
    // Parked it goes through no further replay.
    mayLoop: action === 'park',
    timestamps: 'now' as const,
    isParking: action === 'park',
  }
  const place = await findPlanTarget(deps, connection, null, call)
  if (!place.ok) return place
  const { sourceClusterId } = place.value
  const told = await judgeLetters(deps, connection, place.value, letters, records, choice, call)
  if (!told.ok) return told
  const refusalOf = ({ letter, refusal, restores }: Judged): PlanFindingCode | null => {
    const one = byId.get(letter.id)
    if (one?.record === null) return 'waiting-gone'
    if (one && isRead(waiting, one)) return 'not-waiting'
    // No framework leaves the message out of a retry.
    if (restores !== null) return 'unrecoverable'
    if (one?.record && action !== 'park' && one.convention !== convention) return 'retry-unknown'
    const isElsewhere = letter.originTopic !== null && letter.originTopic !== ends.origin
    return isElsewhere && route.targetTopic === ends.origin ? 'other-origin' : refusal
  }
  const judged = told.value.map((one): Judged => {
    const refusal = refusalOf(one)
    return { ...one, refusal, letter: placedIn(one, route, ends) }
  })
  const ready = judged.filter(({ refusal }) => refusal === null)
  const placed = await findPartitions(deps, connection, ready, call)
  const topicIds = new Map(
    waiting.spans.map(({ partition }) => [`${topic}/${partition}`, waiting.state.topicId]),
  )
  const before = await findEarlier(deps, connection, sourceClusterId, ready, topicIds, call)
  const target = ready[0]?.target ?? null
  const { readers, shareGroups, problem } = await findReaders(deps, connection, target ? [target] : [], call)
  const nowMs = deps.clock.nowMs()
  const dueOf = ({ letter }: Judged) => byId.get(letter.id)?.dueAtMs ?? null
  const requeue: PlanRequeue = {
    ...recipeOf(action, ends),
    topic,
    origin: ends.origin as TopicName,
    convention,
    sentence: route.sentence,
    why: route.why,
    groups: waiting.readers.map(({ group }) => group),
  }
  const findings = await findPlanFindings(
    deps,
    connection,
    judged,
    before.attempts,
    readers,
    [
      ...placed.findings,
      ['readers-unknown', problem === null ? [] : ready, problem ?? ''],
      ['originals-unknown', waiting.problem === null ? [] : ready, waiting.problem ?? ''],
      ...(await findSchemaProblems(connection, ready, sample, call)),
      ...(waiting.readers.length > 0
        ? ([
            [
              'read-again',
              ready,
              sayReadAgain(
                waiting,
                ready.map((one) => ({
                  ...one.letter,
                  dueAtMs: dueOf(one),
                  idHeaders: byId.get(one.letter.id)?.idHeaders ?? [],
                })),
                nowMs,
              ),
            ],
            ['due-soon', ready.filter((one) => (dueOf(one) ?? Number.POSITIVE_INFINITY) < nowMs + soonMs)],
          ] satisfies FoundLetters[])
        : ([['nobody-reads', ready]] satisfies FoundLetters[])),
    ],
    call,
  )
  const positionOf = new Map(letters.map((letter) => [letter.id.toString(), placeOf(letter)]))
  const plan: StoredPlan = {
    frozenAt: nowMs,
    total: letters.length,
    ready: ready.length,
    requeue,
    sources: await findSourceEnds(connection, letters, call),
    targets: target
      ? [
          {
            topic: target.name,
            partitions: target.partitions.length,
            count: ready.length,
            partition: placed.sentenceOf(target.name),
          },
        ]
      : [],
    findings: findings.map(({ letterIds, ...finding }) => ({
      ...finding,
      sentence:
        finding.code === 'not-waiting'
          ? `${finding.sentence}: ${sayReadPast(waiting, finding.count)}`
          : finding.sentence,
      letterIds: [],
      positions: letterIds.flatMap((id) => positionOf.get(id) ?? []),
    })),
    readers: readers.map(({ group, topic: read, lag }) => ({
      group,
      topic: read,
      lagMessages: lag?.toString() ?? null,
    })),
    shareGroups: [...shareGroups],
    strippedHeaders:
      action === 'skip-wait' && convention === 'spring-retryable' ? ['retry_topic-backoff-timestamp'] : [],
    addedHeaders: Object.entries({ ...lineageHeaders, ...requeueHeaders }).map(([name, meaning]) => ({
      name,
      meaning,
    })),
    writeRefusedBecause: await whyNotWrite(connection, call),
    environment: { name: connection.environment.name, production: connection.environment.production },
    sending: before.sending,
    resent: before.attempts.size,
  }
  const id = randomUUID()
  await insertPlan(
    deps.db,
    {
      id,
      connectionId: connection.id,
      title: `${titles[action]} ${topic}`,
      failureGroupId: null,
      targets: target ? [target.name] : [],
      clusterId: sourceClusterId || null,
      targetClusterId: sourceClusterId || null,
      plan,
    },
    inSendingOrder(ready, ({ letter }) => letter).map((one) => ({
      ...planItemOf(one, {
        topicId: waiting.state.topicId,
        attempts: before.attempts,
        partitionOf: placed.partitionOf,
      }),
      readerGroup: chooseReaderGroup(
        { group: one.letter.group, originTopic: ends.origin },
        one.target?.name ?? '',
        readers,
      ),
    })),
  )
  return succeed(await presentPlan(deps, connection, id, plan, null, call, actor))
}

const placeOf = ({ partition, offset }: { readonly partition: number; readonly offset: bigint }): string =>
  formatPosition(partition, offset)

/** Read by every group of the chain: nobody tries it again. */
const isRead = ({ readers }: WaitingTopic, { letter }: ChosenRecord): boolean =>
  readers.length > 0 && letter.offset < readUpTo(readers, letter.partition)

const sayReadPast = ({ readers }: WaitingTopic, records: number): string =>
  `${readers.map(({ group }) => group).join(' and ')} ${readers.length === 1 ? 'has' : 'have'} read past ${records === 1 ? 'it' : 'them'}`

/** In another topic than where it began, a message stands in the partition of the same number, as frameworks have it. */
const placedIn = (
  { letter }: Judged,
  { targetTopic }: RequeueRoute,
  { origin }: ChainEnds,
): Judged['letter'] =>
  targetTopic === origin || targetTopic === null
    ? letter
    : { ...letter, originTopic: targetTopic, originPartition: letter.partition, originOffset: letter.offset }

/** SmallRye counts the wait from the record's timestamp, which a topic may set itself. */
const whyNotByTimestamp = async (
  { broker }: Connection,
  topic: TopicName,
  convention: PlanRequeue['convention'],
  action: PlanRequeue['action'],
  call: Call,
): Promise<string | null> => {
  if (convention !== 'smallrye-retry' || action !== 'skip-wait') return null
  const settings = await broker.topics.settings([topic], call)
  const list = settings.ok ? settings.value.get(topic) : undefined
  const limits = readTimestampLimits((setting) => list?.find(({ name }) => name === setting)?.value ?? null)
  return limits.isLogAppendTime
    ? `${topic} gives every message the time of its arrival, and SmallRye counts the wait from that: a copy would wait anew.`
    : null
}
