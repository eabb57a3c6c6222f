import type { z } from 'zod'
import type { KeyEvent, KeyStory, keyStoryQuery } from '#server/contracts/key-story.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { keyTextOf } from '#server/domain/dead-letter-key.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition } from '#server/ports/raw-message.ts'
import { countLetters } from '#server/repositories/count-letters.ts'
import { listLetters } from '#server/repositories/dead-letters.ts'
import { listReplaysOfLetters, type ReplayOfLetter } from '#server/repositories/replays-of-letters.ts'
import { decodeMessages, rowLimits } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { deadLetterRowOf } from './list-dead-letters.ts'
import { type OpenedLetter, openLetter } from './open-letter.ts'
import { readBounds } from './read-bounds.ts'
import { type KeyWalk, walkKey } from './walk-key.ts'

const mostNewer = 20
const mostOlder = 5
const mostLetters = 50
const mostReplays = 100

type Query = z.output<typeof keyStoryQuery>
type Walks = { readonly newer: KeyWalk | null; readonly older: KeyWalk | null }

/**
 * Everything that is known of the key of a letter, newest first: messages of that key in the origin's partition around
 * the one that died and after it, letters of that key in any topic, and the copies that replays sent of those. Messages
 * are looked for within a budget; with an earlier answer's `goOnFrom` only further messages are told.
 */
export const showKeyStory = async (
  deps: Deps,
  connection: Connection,
  { id, ...query }: { readonly id: string } & Query,
  call: Call,
): Promise<Result<KeyStory, Fault>> => {
  const opened = await openLetter(deps, connection, id, call)
  if (!opened.ok) return opened
  const { letter, origin } = opened.value
  const key = keyOf(opened.value)
  const keyText = letter.keyText ?? keyTextOf(key)
  const isFirst = query.newer === undefined && query.older === undefined
  const filter = { key: keyText ?? '' }
  const letters =
    keyText === null ? [letter] : await listLetters(deps.db, connection.id, filter, mostLetters, null)
  const [replays, allLetters] = await Promise.all([
    listReplaysOfLetters(
      deps.db,
      letters.map((one) => one.id),
      mostReplays,
    ),
    keyText === null ? 1 : countLetters(deps.db, connection.id, filter),
  ])
  const degraded: DegradedSource[] = []
  const notLooked = whyNotLooked(opened.value, key)
  const walks: Walks =
    key === null || notLooked !== null
      ? { newer: null, older: null }
      : await walkBoth(deps, connection, opened.value, key, query, degraded, call)
  const origins = isFirst && origin.message ? [origin.message] : []
  const messages = [...(walks.newer?.found ?? []), ...origins, ...(walks.older?.found ?? [])]
  const { rows } = await decodeMessages(messages, connection, rowLimits, call)
  const copies = new Map(replays.map((one) => [placeOf(one), one]))
  const events: KeyEvent[] = [
    ...rows.map((message): KeyEvent => {
      const copy = copies.get(`${message.topic} ${message.position}`)
      return {
        kind: 'message',
        atMs: message.timestampMs,
        message,
        isOrigin: message.position === originPositionOf(opened.value),
        copyOf: copy ? { replayId: copy.replayId, number: copy.number } : null,
      }
    }),
    ...(isFirst
      ? letters.map(
          (one): KeyEvent => ({
            kind: 'letter',
            atMs: one.diedAtMs,
            letter: deadLetterRowOf(one),
            isThis: one.id === letter.id,
          }),
        )
      : []),
    ...(isFirst ? replays.map(replayEvent) : []),
  ]
  return succeed({
    keyText,
    topic: letter.originTopic as TopicName | null,
    partition: letter.originPartition,
    events: events.sort((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0)),
    newer: walks.newer?.look ?? null,
    older: walks.older?.look ?? null,
    moreLetters: Math.max(0, allLetters - letters.length),
    notLooked,
    degraded,
  })
}

/** The key of what died: the letter's own, or its origin record's, as frameworks lose keys on the way. */
const keyOf = ({ own, origin }: OpenedLetter): Uint8Array | null =>
  origin.message?.key ?? (own.ok ? own.value.key : null)

const originPositionOf = ({ letter: { originPartition, originOffset } }: OpenedLetter): string | null =>
  originPartition === null || originOffset === null ? null : formatPosition(originPartition, originOffset)

const whyNotLooked = (opened: OpenedLetter, key: Uint8Array | null): string | null => {
  const { letter, origin } = opened
  if (key === null) return 'It has no key (null), so no other message is of the same key.'
  if (origin.view.state === 'made-anew') return origin.view.why
  if (letter.originTopic === null || originPositionOf(opened) === null)
    return 'Nothing says where in which topic it died.'
  return null
}

const placeOf = ({ targetTopic, targetPartition, targetOffset }: ReplayOfLetter): string =>
  targetPartition === null || targetOffset === null
    ? ''
    : `${targetTopic} ${formatPosition(targetPartition, targetOffset)}`

const replayEvent = (one: ReplayOfLetter): KeyEvent => ({
  kind: 'replay',
  atMs: one.atMs,
  replay: {
    replayId: one.replayId,
    number: one.number,
    letterId: one.letterId.toString(),
    outcome: one.outcome,
    proof: one.proof,
    targetTopic: one.targetTopic as TopicName,
    targetPosition:
      one.targetPartition === null || one.targetOffset === null
        ? null
        : formatPosition(one.targetPartition, one.targetOffset),
  },
})

/** Looks both ways from the origin, or on from where an earlier look ended. What fails is said; the rest stands. */
const walkBoth = async (
  deps: Deps,
  connection: Connection,
  { letter }: OpenedLetter,
  key: Uint8Array,
  { newer, older }: Query,
  degraded: DegradedSource[],
  call: Call,
): Promise<Walks> => {
  const { originTopic, originPartition: partition, originOffset: offset } = letter
  const nothing: Walks = { newer: null, older: null }
  if (originTopic === null || partition === null || offset === null) return nothing
  const topic = originTopic as TopicName
  const bounds = await readBounds(connection, topic, partition, call)
  if (!bounds.ok) {
    degraded.push({
      source: bounds.error.source ?? 'broker',
      code: bounds.error.code,
      detail: bounds.error.detail,
    })
    return nothing
  }
  const isFirst = newer === undefined && older === undefined
  const walk = async (
    direction: 'next' | 'previous',
    from: bigint,
    most: number,
  ): Promise<KeyWalk | null> => {
    const place = { topic, partition, key, direction, from, most, bounds: bounds.value }
    const walked = await walkKey(deps, connection, place, call)
    if (walked.ok) return walked.value
    const { source = 'broker', code, detail } = walked.error
    degraded.push({ source, code, detail })
    return null
  }
  const before = older ?? (isFirst ? offset.toString() : undefined)
  const after = newer ?? (isFirst ? offset.toString() : undefined)
  return {
    newer: after === undefined ? null : await walk('next', BigInt(after), mostNewer),
    older: before === undefined ? null : await walk('previous', BigInt(before), mostOlder),
  }
}
