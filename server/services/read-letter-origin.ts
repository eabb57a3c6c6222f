import type { OriginRecord, RecordView } from '#server/contracts/letter-origin.ts'
import type { MessageDetail } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { compareHeaders } from '#server/domain/compare-headers.ts'
import { keyTextOf } from '#server/domain/dead-letter-key.ts'
import { doubtOrigin, lacksPayload, madeAnewAt, type OriginDoubt } from '#server/domain/judge-origin.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { browseBudget, type Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { readTopicIds } from '#server/repositories/topic-identities.ts'
import { describeMessage } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { readRetention } from './read-retention.ts'

/** What is known of a letter beside the index: its own record, and what its headers tell of the origin's timestamp. */
export type OwnRecord = {
  readonly message: RawMessage | null
  readonly described: MessageDetail | null
  /** Milliseconds since the epoch; null: not told. */
  readonly originTimestampMs: bigint | null
}
export type OriginReading = {
  readonly view: OriginRecord
  /** The origin record, where it is the one that died for all that is known. */
  readonly message: RawMessage | null
}
type Place = { readonly topic: TopicName; readonly partition: number; readonly offset: bigint }
type Gone = Exclude<OriginRecord, { state: 'found' }>

const gone = (state: Gone['state'], why: string, more: Partial<Gone> = {}): OriginReading => ({
  view: { state, why, sinceMs: null, dueAt: null, oldestAt: null, ...more },
  message: null,
})
const unreadable = (error: BrokerError): OriginReading => gone('unreadable', error.detail)

const doubts = {
  'other-time':
    'The headers of the letter tell another timestamp of the message that died. The topic may have been made anew, and this be another message at the same position.',
  'other-key':
    'It has another key than the index has kept of the letter. The topic may have been made anew, and this be another message at the same position.',
  'written-after':
    'It was written after the letter died. The topic may have been made anew, and this be another message at the same position.',
} as const satisfies Record<OriginDoubt, string>

/** From when on retention may delete a record, in milliseconds since the epoch; null: never, or not known. */
export const expiryOf = async (
  connection: Connection,
  topic: TopicName,
  timestampMs: bigint | null,
  call: Call,
): Promise<number | null> => {
  if (timestampMs === null || timestampMs < 0n) return null
  const { byTopic } = await readRetention(connection, [topic], call)
  const retentionMs = byTopic.get(topic) ?? null
  return retentionMs === null ? null : Number(timestampMs) + retentionMs
}

/** A record as the letter's page shows it. `expiresAt`: when retention deletes it, in milliseconds since the epoch; null: not known, or never. */
export const recordViewOf = (
  { key, value, headers, timestampMs }: MessageDetail,
  expiresAt: number | null,
): RecordView => ({ key, value, headers, timestampMs, expiresAt })

/**
 * The record that died, from its own topic as the broker holds it now, beside the letter. Where it is not there: why, and
 * since when as far as anything tells. A topic that was made anew under its name is another, whatever stands at that
 * position; so a record that may be another one is shown with that doubt and not handed on.
 */
export const readLetterOrigin = async (
  deps: Deps,
  connection: Connection,
  letter: LetterRecord,
  own: OwnRecord,
  call: Call,
): Promise<OriginReading> => {
  const { originTopic, originPartition: partition, originOffset: offset } = letter
  if (originTopic === null) return gone('unknown', 'Nothing says where it died.')
  if (partition === null || offset === null)
    return gone('unknown', `It comes from ${originTopic}; nothing says from which partition and offset.`)
  const place: Place = { topic: originTopic as TopicName, partition, offset }
  const { messages, topics } = connection.broker
  if (!messages) return gone('unreadable', 'This broker can not be read by position.')
  const state = await topics.find(place.topic, call)
  if (!state.ok)
    return state.error.kind === 'not-found'
      ? gone('deleted', `The topic ${place.topic} does not exist any more.`)
      : unreadable(state.error)
  const sinceMs = madeAnewAt(
    state.value.topicId,
    await readTopicIds(deps.db, connection.id, place.topic),
    letter.diedAtMs,
  )
  if (sinceMs !== null)
    return gone(
      'made-anew',
      `The topic ${place.topic} was deleted and made anew since: what stands at ${partition}@${offset} now is another message.`,
      { sinceMs },
    )
  const read = await messages.readAt(place.topic, partition, offset, call)
  if (read.ok) return foundOrigin(connection, letter, own, read.value, call)
  if (read.error.kind !== 'not-found') return unreadable(read.error)
  return sayWhyGone(connection, letter, own, place, read.error.detail, call)
}

const foundOrigin = async (
  connection: Connection,
  letter: LetterRecord,
  own: OwnRecord,
  message: RawMessage,
  call: Call,
): Promise<OriginReading> => {
  const isGone = own.message === null
  const doubt = doubtOrigin({
    toldMs: own.originTimestampMs ?? (isGone ? keptTimeOf(letter) : null),
    isOtherKey: isGone && letter.keyText !== null && letter.keyText !== keyTextOf(message.key),
    timestampMs: message.timestampMs,
    diedAtMs: letter.diedAtMs,
    isDeathTimeSure: letter.deathTimeSource === 'record' || letter.deathTimeSource === 'header',
  })
  const described = await describeMessage(message, connection, call)
  const compared = own.message && compareHeaders(message.headers, own.message.headers)
  const comparable = own.message !== null && !lacksPayload(own.message) ? own.message : null
  return {
    view: {
      state: 'found',
      ...recordViewOf(described, await expiryOf(connection, message.topic, message.timestampMs, call)),
      sameKey: comparable && sameBytes(comparable.key, message.key),
      sameValue: comparable && sameBytes(comparable.value, message.value),
      headerChanges:
        compared?.flatMap(({ kind, before, after }) =>
          kind === 'same'
            ? []
            : [
                {
                  kind,
                  before: before === null ? null : (described.headers[before] ?? null),
                  after: after === null ? null : (own.described?.headers[after] ?? null),
                },
              ],
        ) ?? null,
      sameHeaders: compared?.filter(({ kind }) => kind === 'same').length ?? 0,
      doubt: doubt && doubts[doubt],
    },
    message: doubt === null ? message : null,
  }
}

const sameBytes = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0

/** Why nothing can be read at a place of a topic that is there: deleted, never written to it, or held back. */
const sayWhyGone = async (
  connection: Connection,
  letter: LetterRecord,
  own: OwnRecord,
  { topic, partition, offset }: Place,
  detail: string,
  call: Call,
): Promise<OriginReading> => {
  const { messages, topics } = connection.broker
  const state = await topics.find(topic, call)
  if (!state.ok || !messages) return gone('unreadable', detail)
  const one = state.value.partitions.filter((known) => known.partition === partition)
  if (one.length === 0)
    return gone(
      'made-anew',
      `${topic} has ${sayMany(state.value.partitions.length, 'partition')} and no partition ${partition}; partitions are never taken away, so it was made anew.`,
    )
  const offsets = await topics.offsets([{ ...state.value, partitions: one }], call)
  const bounds = offsets.ok ? offsets.value[0]?.partitions[0] : undefined
  if (!bounds) return gone('unreadable', detail)
  if (offset >= bounds.end)
    return gone(
      'made-anew',
      `Partition ${partition} of ${topic} ends at offset ${bounds.end}: offset ${offset} was never written to the topic as it is now. It was made anew, or lost its end.`,
    )
  const look = { topic, partition, limit: 1, isolation: 'uncommitted', budget: browseBudget } as const
  if (offset >= bounds.start) {
    const there = await messages.readForward({ ...look, from: offset }, call)
    const isThere = there.ok && there.value.messages[0]?.offset === offset
    const isHeldBack = isThere && there.value.messages[0]?.transaction !== 'aborted'
    return gone(isHeldBack || !there.ok ? 'unreadable' : 'deleted', detail)
  }
  const oldest = await messages.readForward({ ...look, from: bounds.start }, call)
  const oldestMs = oldest.ok ? (oldest.value.messages[0]?.timestampMs ?? null) : null
  return gone(
    'deleted',
    `Retention or a deletion has removed offset ${offset} of ${topic} partition ${partition}: it begins at ${bounds.start} now.`,
    {
      dueAt: await expiryOf(connection, topic, originTimeOf(letter, own), call),
      oldestAt: oldestMs === null || oldestMs < 0n ? null : Number(oldestMs),
    },
  )
}

const keptTimeOf = ({ originAtMs }: LetterRecord): bigint | null =>
  originAtMs === null ? null : BigInt(originAtMs)

/** What is known of the origin's timestamp without it: its headers tell it, or the letter keeps it as its own. */
const originTimeOf = (letter: LetterRecord, own: OwnRecord): bigint | null =>
  own.originTimestampMs ??
  keptTimeOf(letter) ??
  (letter.deathTimeSource === 'origin' ? BigInt(letter.diedAtMs) : null)
