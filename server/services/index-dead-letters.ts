import { originTimeOf } from '#server/domain/copy-timestamp.ts'
import { keyTextOf } from '#server/domain/dead-letter-key.ts'
import { arrivalOf, deathTimeOf } from '#server/domain/death-time.ts'
import { type Grouping, groupLetter, headerOf } from '#server/domain/failure-grouping.ts'
import { belongsTo, type IndexShare, wholeIndex, wordOfShare } from '#server/domain/index-shares.ts'
import { readLetterFacts } from '#server/domain/letter-facts.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import { isMadeAnew, nameTopicsById, type TopicNameOf } from '#server/domain/topic-identity.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import { versionHeadersOf } from '#server/domain/version-headers.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicOffsets, TopicState } from '#server/ports/topics.ts'
import {
  type IndexedPosition,
  indexLetters,
  type PartitionName,
  readIndexPositions,
} from '#server/repositories/dead-letters.ts'
import { prepareTrends } from '#server/repositories/failure-group-trends.ts'
import { GroupingChangedError, readGrouping } from '#server/repositories/failure-grouping.ts'
import { recordFailure, recordGood } from '#server/repositories/freshness.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import type { NewLetter } from '#server/repositories/write-letters.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { readTopicKinds } from './read-topic-kinds.ts'

export const indexSource = 'dead-letter-index'
/** Freshness is kept share by share, and read as one. */
const sourceOf = (share: IndexShare): string => `${indexSource} ${wordOfShare(share)}`.trim()

/** Leases of this process whose new letters are not in the trends yet. */
const uncounted = new Set<string>()

const batchMessages = 5_000
const batchBudget: Budget = { messages: batchMessages, bytes: 16 * 1024 * 1024, milliseconds: 5_000 }
/** Work beyond this is left to the next step, so that freshness is told in between. In milliseconds. */
const stepMs = 3_000

export type IndexReport = {
  /** Letters that were new. */
  readonly indexed: number
  /** Letters in dead-letter topics that are not read yet, without those behind a transaction that is still open. */
  readonly behind: bigint
  /** Whether some partition was read on; where none was, the next step finds no more than this one. */
  readonly moved: boolean
}

type Span = {
  readonly topic: TopicState['name']
  readonly topicId: string | null
  readonly partition: number
  from: bigint
  /** As far as can be read: where an open transaction begins once that is known. */
  end: bigint
  readonly madeAnew: boolean
  /** Where it ended when the index first saw it: what stands behind that was seen coming. */
  readonly firstEnd: bigint
  /** The id of the topic is to be written down, whether or not there is something to read. */
  readonly isUnnamed: boolean
}

/**
 * One step of the dead-letter index of a connection: reads every partition of its dead-letter topics, or a share of
 * them, from where the index stands, and writes letters, failure groups and positions together, batch by batch, for about
 * three seconds.
 * Offsets that retention has deleted are jumped over. Records how fresh the index is and tells the screens.
 * A partition that can not be read does not keep the others waiting; the first error is the answer then. Errors of the
 * database, and `LeaseLostError`, are thrown.
 */
export const indexDeadLetters = async (
  deps: Deps,
  connection: Connection,
  lease: LeaseProof,
  call: Call,
  share: IndexShare = wholeIndex,
): Promise<Result<IndexReport, Fault>> => {
  for (;;)
    try {
      return await indexByGrouping(deps, connection, lease, call, share)
    } catch (error) {
      // Somebody has changed how letters are grouped: those that were not written are read anew, from where it stands.
      if (!(error instanceof GroupingChangedError) || call.signal.aborted) throw error
    }
}

const indexByGrouping = async (
  deps: Deps,
  connection: Connection,
  lease: LeaseProof,
  call: Call,
  share: IndexShare,
): Promise<Result<IndexReport, Fault>> => {
  const failed = async (error: BrokerError) => {
    await recordFailure(deps.db, connection.id, sourceOf(share), error.detail, lease)
    return fail(faultOf(error))
  }
  const found = await findSpans(deps, connection, share, call)
  if (!found.ok) return failed(found.error)
  const grouping = await readGrouping(deps.db, connection.id)
  const deadline = performance.now() + stepMs
  let indexed = 0
  let anyMoved = false
  let error: BrokerError | null = found.value.error
  const open = found.value.spans.filter(
    ({ from, end, madeAnew, isUnnamed }) => from < end || madeAnew || isUnnamed,
  )
  const { vanished, unseen, topicNameOf } = found.value
  if (vanished.length > 0 || unseen.length > 0)
    await indexLetters(deps.db, connection.id, [], unseen, lease, vanished, grouping.version)
  const readNext = () => {
    const span = performance.now() < deadline && !call.signal.aborted ? open.shift() : undefined
    const batch = span ? readBatch(deps, connection, span, { topicNameOf, grouping }, call) : null
    // Whoever fails first is thrown; this one is then nobody's.
    batch?.catch(() => {})
    return batch
  }
  // The next batch is read and decoded while one is written.
  for (let reading = readNext(); reading !== null; ) {
    const batch = await reading
    const { span, moved } = batch
    error ??= batch.error
    anyMoved ||= moved
    // A batch of each in turn: a partition with a long backlog must not keep the others waiting.
    if (moved && span.from < span.end) open.push(span)
    reading = readNext()
    if (batch.letters !== null) {
      const { topic, topicId, partition, firstEnd } = span
      const positions = [{ topic, topicId, partition, firstEnd, nextOffset: batch.nextOffset }]
      const madeAnew = batch.madeAnew ? [{ topic, partition }] : []
      indexed += await indexLetters(
        deps.db,
        connection.id,
        batch.letters,
        positions,
        lease,
        madeAnew,
        grouping.version,
      )
    }
  }
  if (indexed > 0) await notifyChanged(deps.db, 'failure-groups', connection.id)
  if (indexed > 0) uncounted.add(lease.name)
  if (await prepareTrends(deps.db, connection.id, uncounted.has(lease.name), lease))
    uncounted.delete(lease.name)
  if (error) return failed(error)
  const behind = found.value.spans.reduce((sum, { from, end }) => sum + (end > from ? end - from : 0n), 0n)
  const detail = behind === 0n ? '' : `${sayMany(behind, 'record')} behind`
  await recordGood(deps.db, connection.id, sourceOf(share), detail, lease, behind)
  return succeed({ indexed, behind, moved: anyMoved })
}

type FoundSpans = {
  readonly spans: readonly Span[]
  /** Indexed partitions that the topic does not have any more since it was made anew, or that an operator has refused. */
  readonly vanished: readonly PartitionName[]
  /** Partitions seen for the first time without anything to read: what comes into them is seen coming. */
  readonly unseen: readonly IndexedPosition[]
  readonly topicNameOf: TopicNameOf
  readonly error: BrokerError | null
}

/** Where every partition of the share is to be read on, and where it ended just now. */
const findSpans = async (
  deps: Deps,
  connection: Connection,
  share: IndexShare,
  call: Call,
): Promise<Result<FoundSpans, BrokerError>> => {
  const { id, broker } = connection
  const [listed, kinds] = await Promise.all([broker.topics.list(call), readTopicKinds(deps, connection)])
  if (!listed.ok) return listed
  const topics = listed.value.filter(({ name, internal }) => !internal && kinds.isDeadLetter(name))
  const topicNameOf = nameTopicsById(listed.value)
  const isOwn = (topic: string) => (one: { readonly partition: number }) =>
    belongsTo(share, topic, one.partition)
  const stored = (await readIndexPositions(deps.db, id)).filter((one) => isOwn(one.topic)(one))
  const refused = stored.filter(({ topic }) => kinds.isRefused(topic))
  if (topics.length === 0)
    return succeed({ spans: [], vanished: refused, unseen: [], topicNameOf, error: null })
  const own = topics
    .map((topic) => ({ ...topic, partitions: topic.partitions.filter(isOwn(topic.name)) }))
    .filter(({ partitions }) => partitions.length > 0)
  const offsets =
    own.length > 0 ? await broker.topics.offsets(own, call) : succeed<readonly TopicOffsets[]>([])
  if (!offsets.ok) return offsets
  const positions = new Map(stored.map((one) => [`${one.topic}/${one.partition}`, one]))
  const states = new Map<string, TopicState>(topics.map((one) => [one.name, one]))
  const spans = offsets.value.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, start, end }): Span => {
      const position = positions.get(`${topic}/${partition}`)
      const topicId = states.get(topic)?.topicId ?? null
      const next = position?.nextOffset ?? start
      // Another id, or a position behind the end: the topic was deleted and made anew, its offsets begin again.
      const madeAnew = next > end || isMadeAnew(position?.topicId ?? null, topicId)
      const isUnnamed = position?.topicId === null && topicId !== null
      const from = madeAnew || next < start ? start : next
      const firstEnd = madeAnew ? start : (position?.firstEnd ?? end)
      return { topic, topicId, partition, from, end, madeAnew, firstEnd, isUnnamed }
    }),
  )
  const vanished = stored.filter(({ topic, topicId, partition }) => {
    if (kinds.isRefused(topic)) return true
    const now = states.get(topic)
    const isThere = now?.partitions.some((one) => one.partition === partition) ?? true
    return !isThere && isMadeAnew(topicId, now?.topicId ?? null)
  })
  return succeed({
    spans,
    vanished,
    unseen: spans
      .filter(({ topic, partition, from, end }) => from === end && !positions.has(`${topic}/${partition}`))
      .map(({ topic, topicId, partition, end, firstEnd }) => ({
        topic,
        topicId,
        partition,
        nextOffset: end,
        firstEnd,
      })),
    topicNameOf,
    error: offsets.value.flatMap(({ failed: none }) => none)[0]?.error ?? null,
  })
}

type Batch = {
  readonly span: Span
  /** Null when nothing could be read: nothing is to be written then. */
  readonly letters: readonly NewLetter[] | null
  readonly nextOffset: bigint
  readonly madeAnew: boolean
  readonly moved: boolean
  readonly error: BrokerError | null
}

/** Reads and decodes one batch of a partition and moves the span on. */
const readBatch = async (
  deps: Deps,
  connection: Connection,
  span: Span,
  by: { readonly topicNameOf: TopicNameOf; readonly grouping: Grouping },
  call: Call,
): Promise<Batch> => {
  const { topic, partition, madeAnew } = span
  const reader = connection.broker.messages
  const request = { topic, partition, from: span.from, limit: batchMessages, budget: batchBudget }
  const read = reader
    ? await reader.readForward(request, call)
    : fail<BrokerError>({
        kind: 'unsupported',
        detail: `Messages of ${connection.name} can not be read.`,
        source: 'broker',
      })
  const problem = read.ok ? (read.value.errors[0]?.error ?? null) : read.error
  if (!read.ok || (problem && read.value.messages.length === 0))
    return { span, letters: null, nextOffset: span.from, madeAnew, moved: false, error: problem }
  const nextOffset = read.value.resumeAt.get(partition) ?? span.from
  const nowMs = deps.clock.nowMs()
  // Of each failure the first trace: all of them would be megabytes, and one is written.
  const traced = new Set<string>()
  const letters = read.value.messages.map((message) => {
    const letter = letterOf(connection, message, by, {
      nowMs,
      wasSeenComing: message.offset >= span.firstEnd,
    })
    if (traced.has(letter.failureGroupId)) letter.stack = null
    else traced.add(letter.failureGroupId)
    return letter
  })
  const moved = nextOffset > span.from
  // Nobody reads behind an open transaction: what stands there is not yet a letter.
  const [held] = read.value.heldBack
  const end = held && held.from < span.end ? held.from : span.end
  Object.assign(span, { from: nextOffset, end, madeAnew: false })
  return { span, letters, nextOffset, madeAnew, moved, error: null }
}

/** A letter that keeps the time of its origin counts as arriving now. */
const letterOf = (
  connection: Connection,
  message: RawMessage,
  { topicNameOf, grouping }: { readonly topicNameOf: TopicNameOf; readonly grouping: Grouping },
  { nowMs, wasSeenComing }: { readonly nowMs: number; readonly wasSeenComing: boolean },
): NewLetter & { stack: string | null } => {
  const { topic, partition, offset, headers, key } = message
  const {
    decoded,
    origin: _,
    ...facts
  } = readLetterFacts(connection.id, message, connection.deadLetterRules, topicNameOf, grouping.ruleOf(topic))
  const { failureGroupId } = facts
  const time = deathTimeOf(decoded, message, nowMs)
  const countedAtMs = arrivalOf(time, wasSeenComing, nowMs)
  return {
    ...facts,
    ...groupLetter(grouping, failureGroupId, {
      topic,
      message: facts.message,
      header: headerOf(message),
      homes: [],
    }),
    topic,
    partition,
    offset,
    ...time,
    countedAtMs,
    arrivedAtMs: countedAtMs ?? (time.deathTimeSource === 'origin' ? nowMs : time.diedAtMs),
    keyText: keyTextOf(key),
    traceId: traceIdOfHeaders(headers),
    originAtMs: originTimeOf(decoded, message),
    versions: versionHeadersOf(headers, connection.deadLetterRules),
  }
}
