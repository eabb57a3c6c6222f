import type { TopicName } from '#server/contracts/scalars.ts'
import { keyTextOf } from '#server/domain/dead-letter-key.ts'
import { doubtOrigin, madeAnewAt } from '#server/domain/judge-origin.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { readTopicIds } from '#server/repositories/topic-identities.ts'
import type { Connection, Deps } from './deps.ts'
import { findMissingRecords } from './find-missing-records.ts'
import { coordinateKey, visitLetters } from './read-letters.ts'

export type WantedOrigin = Pick<
  LetterRecord,
  'id' | 'diedAtMs' | 'deathTimeSource' | 'originTopic' | 'originPartition' | 'originOffset'
> & {
  /** Its timestamp, as the letter's headers tell; milliseconds since the epoch. */
  readonly originTimestampMs: bigint | null
  /** Of a letter that is gone the key that the index has kept; null or left out: nothing to compare with. */
  readonly lostKeyText?: string | null
}

/** What is asked for in the place of a letter that is gone: what the index has kept of it proves which record died. */
export const originOfGone = (letter: LetterRecord): WantedOrigin => ({
  ...letter,
  originTimestampMs: letter.originAtMs === null ? null : BigInt(letter.originAtMs),
  lostKeyText: letter.keyText,
})

/** Whether the record that died is there, and why not. `unreadable`: it could not be asked for now. */
export type OriginState =
  | { readonly state: 'found' }
  | { readonly state: 'gone' | 'unreadable'; readonly why: string }

type Placed = WantedOrigin & {
  readonly topic: TopicName
  readonly partition: number
  readonly offset: bigint
}

const gone = (why: string): OriginState => ({ state: 'gone', why })

/**
 * Shows the records that died to `visit`, of many letters at once, and answers for each whether it is there. The same is
 * held against them as by `readLetterOrigin`: a record that may be another one counts as gone. A record's bytes are to be
 * copied by who keeps them.
 */
export const readOrigins = async (
  deps: Deps,
  connection: Connection,
  letters: readonly WantedOrigin[],
  visit: (id: bigint, message: RawMessage) => void,
  call: Call,
): Promise<ReadonlyMap<bigint, OriginState>> => {
  const states = new Map<bigint, OriginState>()
  const placed = letters.flatMap((letter): Placed[] => {
    const { originTopic: topic, originPartition: partition, originOffset: offset } = letter
    if (topic !== null && partition !== null && offset !== null)
      return [{ ...letter, topic: topic as TopicName, partition, offset }]
    states.set(letter.id, gone('nothing says where it stood'))
    return []
  })
  // One topic at a time: an origin that is gone must not hide the others.
  for (const [topic, list] of Map.groupBy(placed, (one) => one.topic)) {
    const state = await connection.broker.topics.find(topic, call)
    if (!state.ok) {
      const missing: OriginState =
        state.error.kind === 'not-found'
          ? gone(`the topic ${topic} does not exist any more`)
          : { state: 'unreadable', why: state.error.detail }
      for (const { id } of list) states.set(id, missing)
      continue
    }
    const ids = await readTopicIds(deps.db, connection.id, topic)
    const there = list.filter(({ id, diedAtMs }) => {
      if (madeAnewAt(state.value.topicId, ids, diedAtMs) === null) return true
      states.set(id, gone(`the topic ${topic} was deleted and made anew since`))
      return false
    })
    const seen = (message: RawMessage, one: (typeof there)[number]) => {
      const doubt = doubtOrigin({
        toldMs: one.originTimestampMs,
        timestampMs: message.timestampMs,
        diedAtMs: one.diedAtMs,
        isDeathTimeSure: one.deathTimeSource === 'record' || one.deathTimeSource === 'header',
        isOtherKey: one.lostKeyText != null && one.lostKeyText !== keyTextOf(message.key),
      })
      states.set(one.id, doubt === null ? { state: 'found' } : gone(doubts[doubt]))
      if (doubt === null) visit(one.id, message)
    }
    const visited = await visitLetters(connection, there, seen, call)
    const unseen = there.filter(({ id }) => !states.has(id))
    const reasons = visited.ok ? await findMissingRecords(connection, unseen, call) : new Map<string, never>()
    for (const one of unseen)
      states.set(
        one.id,
        visited.ok
          ? stateOfMissing(one, reasons.get(coordinateKey(one)))
          : { state: 'unreadable', why: visited.error.detail },
      )
  }
  return states
}

/** What a place that shows no record says of the one that died there. */
const stateOfMissing = (
  { topic, partition, offset }: Placed,
  error: BrokerError | undefined,
): OriginState => {
  const place = `${partition}@${offset} of ${topic}`
  if (error && (error.kind !== 'not-found' || error.missing === 'open'))
    return { state: 'unreadable', why: error.detail }
  if (error?.missing === 'aborted')
    return gone(
      `${place} belongs to a transaction that was aborted: it died at a reader of uncommitted messages, and was never to be processed`,
    )
  if (error?.missing === 'compacted') return gone(`${place} was compacted away`)
  return gone(`retention or a deletion has removed ${place}`)
}

const doubts = {
  'other-time':
    'what stands there now has another timestamp than the headers tell, so it may be another message',
  'other-key': 'what stands there now has another key than the letter had, so it may be another message',
  'written-after': 'what stands there now was written after the death, so it is another message',
} as const
