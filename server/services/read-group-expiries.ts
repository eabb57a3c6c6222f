import type { TopicName } from '#server/contracts/scalars.ts'
import { type FirstExpiry, foreseeExpiry } from '#server/domain/foresee-expiry.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import {
  type AskedExpiry,
  type KeptTopics,
  readFirstDeletions,
  readFirstExpiries,
  readLeftOutExpiries,
} from '#server/repositories/first-expiries.ts'
import type { EndingGroup } from '#server/repositories/group-endings.ts'
import type { Connection, Deps } from './deps.ts'
import { keepsLettersOf, readKeeping } from './read-keeping.ts'
import { readRetention } from './read-retention.ts'

/** When the first of a failure group goes, in milliseconds since the epoch; null: never, or not known. */
export type GroupExpiry = {
  readonly letter: number | null
  readonly origin: number | null
  /** When the first message can not be sent again any more. */
  readonly message: number | null
  /** Spillway keeps its letters before they are deleted; `message` is then of those that it does not keep. */
  readonly isKept: boolean
}

export type GroupExpiries = {
  /** Of one of the groups that were asked for. */
  of(record: EndingGroup): GroupExpiry
  /** Why retention is not known, or older than it should be. */
  readonly problem: BrokerError | null
}

const patienceMs = 1_500

/**
 * When the first letter, the first origin record and the first message of failure groups go. A letter can be sent again
 * while it is there, or was kept; after that the record that died is sent, as long as it is sure to be there: its letter
 * tells where it stands and when it was written, and nothing but time deletes from its topic. A letter without payload
 * can be sent only while its origin record is there, and it or what was kept of it.
 */
export const readGroupExpiries = (
  deps: Deps,
  connection: Connection,
  records: readonly EndingGroup[],
  call: Call,
): Promise<GroupExpiries> => readExpiries(deps, connection, records, call, false)

/** Only when the first message of failure groups goes, in milliseconds since the epoch: what puts thousands in order. */
export const readMessageExpiries = async (
  deps: Deps,
  connection: Connection,
  records: readonly EndingGroup[],
  call: Call,
): Promise<{
  readonly of: (record: EndingGroup) => number | null
  readonly problem: BrokerError | null
}> => {
  const { of, problem } = await readExpiries(deps, connection, records, call, true)
  return { of: (record) => of(record).message, problem }
}

/** What tells when the first message goes besides its own question. */
type SameAs = 'letter' | 'origin' | 'left out' | null

/** `isOnlyOfMessages`: of letters and origin records it is asked only where the message goes by them. */
const readExpiries = async (
  deps: Deps,
  connection: Connection,
  records: readonly EndingGroup[],
  call: Call,
  isOnlyOfMessages: boolean,
): Promise<GroupExpiries> => {
  const topics = new Set<string>()
  for (const { deadLetterTopics, originTopic } of records) {
    for (const topic of deadLetterTopics) topics.add(topic)
    if (originTopic !== null) topics.add(originTopic)
  }
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
  const [retention, keeping] = await Promise.all([
    readRetention(connection, [...topics] as TopicName[], { signal }),
    readKeeping(deps, connection),
  ])
  const keptMs = (topic: string | null) => (topic === null ? null : (retention.byTopic.get(topic) ?? null))
  const isKept = (record: EndingGroup) => keepsLettersOf(keeping, record.state)
  const asks = (
    about: readonly EndingGroup[],
    questions: (record: EndingGroup) => readonly Omit<AskedExpiry, 'failureGroupId' | 'originTopic'>[],
  ): AskedExpiry[] =>
    about.flatMap((record) =>
      questions(record).map((one) => ({
        ...one,
        failureGroupId: record.id,
        originTopic: record.originTopic,
      })),
    )
  const sameAs = (record: EndingGroup): SameAs => {
    const { originTopic, isPointer, tellsOrigin } = record
    if (isKept(record)) return isPointer ? 'origin' : 'left out'
    const isSure = tellsOrigin && originTopic !== null && retention.onlyByTime.has(originTopic)
    return isPointer || isSure ? null : 'letter'
  }
  const topicsOf = ({ id, deadLetterTopics }: EndingGroup) =>
    deadLetterTopics.flatMap((topic) => {
      const letterMs = keptMs(topic)
      return letterMs === null ? [] : { failureGroupId: id, topic, letterMs }
    })
  /** How long all topics of a group keep their letters; null: for ever, or not as long as each other. */
  const alikeMsOf = ({ deadLetterTopics: [first, ...others] }: EndingGroup): number | null => {
    const ms = keptMs(first ?? null)
    return others.every((topic) => keptMs(topic) === ms) ? ms : null
  }
  /** Where letters of a group stand: one place for all topics that keep them as long. */
  const placesOf = (record: EndingGroup) => {
    const letterMs = alikeMsOf(record)
    return letterMs === null
      ? record.deadLetterTopics.map((topic) => ({ topic, letterMs: keptMs(topic) }))
      : [{ topic: null, letterMs }]
  }
  const keptTopicsOf = (record: EndingGroup): KeptTopics[] =>
    placesOf(record).flatMap(({ topic, letterMs }) =>
      letterMs === null ? [] : { failureGroupId: record.id, topic, letterMs },
    )
  const ofOrigin = ({ originTopic }: EndingGroup) => [
    { of: 'origin' as const, topic: null, letterMs: null, originMs: keptMs(originTopic) },
  ]
  const nowMs = deps.clock.nowMs()
  const known = new Map(
    records.map((record) => [
      record.id,
      foreseeExpiry(record, alikeMsOf(record), keptMs(record.originTopic), nowMs),
    ]),
  )
  const isUnknown = (what: keyof FirstExpiry) => (record: EndingGroup) => known.get(record.id)?.[what] == null
  const asked = (what: 'letter' | 'origin') =>
    records.filter(isUnknown(what)).filter((record) => !isOnlyOfMessages || sameAs(record) === what)
  const [askedLetters, askedOrigins, askedMessages, leftOut] = await Promise.all([
    readFirstDeletions(deps.db, asked('letter').flatMap(keptTopicsOf)),
    readFirstExpiries(deps.db, asks(asked('origin'), ofOrigin)),
    readFirstExpiries(
      deps.db,
      asks(records.filter(isUnknown('message')), (record) => {
        const originMs = keptMs(record.originTopic)
        if (sameAs(record) !== null) return []
        return placesOf(record).flatMap(({ topic, letterMs }) => {
          if (record.isPointer) return { of: 'both', topic, letterMs, originMs }
          return letterMs === null || originMs === null ? [] : { of: 'last', topic, letterMs, originMs }
        })
      }),
    ),
    readLeftOutExpiries(
      deps.db,
      connection.id,
      records.filter((record) => sameAs(record) === 'left out').flatMap(topicsOf),
    ),
  ])
  return {
    of: (record) => {
      const { id } = record
      const foreseen = known.get(id)
      const letter = foreseen?.letter ?? askedLetters.get(id) ?? null
      const origin = foreseen?.origin ?? askedOrigins.get(id) ?? null
      const told = { letter, origin, 'left out': leftOut.get(id) ?? null }
      const by = sameAs(record)
      const message = by === null ? (foreseen?.message ?? askedMessages.get(id) ?? null) : told[by]
      return { letter, origin, message, isKept: isKept(record) }
    },
    problem: retention.problem,
  }
}
