import type { TopicName } from '#server/contracts/scalars.ts'
import { judgeTimestamp, readTimestampLimits, type TimestampProblem } from '#server/domain/copy-timestamp.ts'
import { judgeKin, type KinVerdict } from '#server/domain/judge-kin.ts'
import { type Candidate, refusalOf } from '#server/domain/judge-letter.ts'
import type { PlanFindingCode } from '#server/domain/plan-findings.ts'
import { findRepeated } from '#server/domain/plan-order.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { findLetterKin } from '#server/repositories/letter-kin.ts'
import type { StoredPlan } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { findOrigins, type PlannedOrigin, type Restored } from './find-origins.ts'
import { coordinateKey } from './read-letters.ts'
import { readTopicKinds } from './read-topic-kinds.ts'
import type { PlanTarget } from './replay-target.ts'
import type { PlannedRecord } from './summarise-record.ts'

/** A letter of a plan, with its record, where its copy would go, and why it must not. */
export type Judged = {
  readonly letter: LetterRecord
  /** What the copy is made of: the letter's own record, or the record that died where it lacks something of that. */
  readonly record: PlannedRecord | null
  /** What the copy has from the record that died. */
  readonly restores: Restored | null
  /** Of the letter's own record, milliseconds since the epoch. */
  readonly letterTimestampMs: bigint | null
  readonly target: TopicState | null
  readonly isCompacted: boolean
  readonly refusal: PlanFindingCode | null
  /** Why the record that died can not be had, where it was asked for. */
  readonly whyNoOrigin: string | null
  /** What speaks against the timestamp that its copy would keep; null where it keeps none, too. */
  readonly timestampProblem: TimestampProblem | null
  /** What copies of its message say, also those of its other letters. */
  readonly kin: KinVerdict | null
}

/** A message that was replayed so often goes no further by itself. */
export const defaultMostReplays = 3

export type PlanChoice = NonNullable<StoredPlan['choice']>

/**
 * Judges letters one by one: where their copies would go, what those are made of, and why some must not be sent. Targets
 * are topics of the connection that copies go to.
 */
export const judgeLetters = async (
  deps: Deps,
  connection: Connection,
  { connection: target, clusterId, isElsewhere }: PlanTarget,
  letters: readonly LetterRecord[],
  records: ReadonlyMap<string, PlannedRecord>,
  { targetTopic, mayLoop, timestamps, isParking = false }: PlanChoice & { readonly isParking?: boolean },
  call: Call,
  isEdit = false,
): Promise<Result<readonly Judged[], Fault>> => {
  const { topics: facet } = target.broker
  const listed = await facet.list(call)
  if (!listed.ok) return fail(faultOf(listed.error))
  const topics = new Map<string, TopicState>(listed.value.map((topic) => [topic.name, topic]))
  const wanted = [
    ...new Set(letters.map(({ originTopic }) => targetTopic ?? originTopic).filter((name) => name !== null)),
  ] as TopicName[]
  // The list may be some seconds old: what is not on it is asked for by name before it counts as missing.
  for (const name of wanted.filter((one) => !topics.has(one))) {
    const found = await facet.find(name, call)
    if (found.ok) topics.set(name, found.value)
    else if (found.error.kind !== 'not-found') return fail(faultOf(found.error))
  }
  const present = wanted.filter((name) => topics.has(name))
  const settings = await facet.settings(present, call)
  const rights = await facet.rights(present, call)
  if (!rights.ok && rights.error.kind !== 'unsupported') return fail(faultOf(rights.error))
  const settingOf = (topic: string | null, setting: string): string | null =>
    (settings.ok ? settings.value.get(topic as TopicName) : null)?.find(({ name }) => name === setting)
      ?.value ?? null
  const kinds = await readTopicKinds(deps, target)
  // An edit is one of the letter's bytes: without those there is none.
  const origins = await findOrigins(deps, connection, letters, records, call, !isEdit)
  const kinOf = await findLetterKin(
    deps.db.pool,
    letters.map(({ id }) => id),
    null,
    clusterId ? { clusterId, isHome: !isElsewhere } : null,
  )
  const repeated = findRepeated(letters, kinOf)
  const mostReplays = connection.mostReplays ?? defaultMostReplays
  return succeed(
    letters.map((letter): Judged => {
      const name = targetTopic ?? letter.originTopic
      const own = records.get(coordinateKey(letter)) ?? null
      const origin = origins.get(letter.id)
      const restores = origin?.state === 'found' ? origin.restores : null
      const record = origin?.state === 'found' && restores !== null ? origin.record : own
      const topic = name === null ? null : (topics.get(name) ?? null)
      const isCompacted = settingOf(name, 'cleanup.policy')?.includes('compact') ?? false
      const originMs = restores === null ? own?.originTimestampMs : record?.timestampMs
      const timestampProblem =
        timestamps === 'keep' && record
          ? judgeTimestamp(
              originMs ?? null,
              readTimestampLimits((setting) => settingOf(name, setting)),
              deps.clock.nowMs(),
            )
          : null
      const family = kinOf.get(letter.id)
      const of = { diedAtMs: letter.diedAtMs, version: family?.versionOf(letter.id) ?? null }
      const kin = family ? judgeKin(of, family.copies, isEdit) : null
      const candidate: Candidate = {
        targetTopic: name,
        targetExists: topic !== null,
        targetIsDenied: topic !== null && rights.ok && rights.value.get(topic.name)?.write === false,
        targetIsInternal: name !== null && topicKindOf(name, topic?.internal ?? false) === 'internal',
        // Who parks a message wants it to lie there.
        targetIsDeadLetterTopic: !isParking && name !== null && kinds.isDeadLetter(name),
        targetIsCompacted: isCompacted,
        record: record && factsOf(record, origin),
        isLostOriginUnreadable: own === null && origin?.state === 'unreadable',
        maxMessageBytes: Number(settingOf(name, 'max.message.bytes')) || null,
        lastOutcome: letter.lastOutcome,
        disposition: letter.disposition?.kind ?? null,
        isTimestampRefused: timestampProblem === 'timestamp-refused',
        kin: kin && {
          kind: kin.kind,
          isOwn: kin.copy.letterId === letter.id,
          isEdited: kin.copy.version !== null,
        },
        // Who edits a message wants it to end otherwise.
        isLooping: !mayLoop && !isEdit && (record?.attempts ?? 0) >= mostReplays,
      }
      const refusal = refusalOf(candidate) ?? (repeated.has(letter.id) ? 'same-message' : null)
      return {
        letter,
        record,
        restores,
        letterTimestampMs: own?.timestampMs ?? null,
        target: topic,
        isCompacted,
        refusal,
        whyNoOrigin: origin && origin.state !== 'found' ? origin.why : null,
        timestampProblem,
        kin,
      }
    }),
  )
}

/** What is judged of a record that copies are made of; where that is the letter's own, beside the record that died. */
const factsOf = (
  { isTombstone, key, sizeBytes, hasReplyTopic }: PlannedRecord,
  origin: PlannedOrigin | undefined,
): NonNullable<Candidate['record']> => ({
  isTombstone,
  isEmpty: isTombstone && key === null,
  originIsTombstone: origin?.state === 'found' && origin.record.isTombstone,
  isKeyless: key === null,
  originIsGone: origin?.state === 'gone',
  originIsUnreadable: origin?.state === 'unreadable',
  sizeBytes,
  hasReplyTopic,
})
