import type { TopicName } from '#server/contracts/scalars.ts'
import { originTimestampOf } from '#server/domain/copy-timestamp.ts'
import { openMessage, sealMessage } from '#server/domain/record-body.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage, SealedMessage } from '#server/ports/raw-message.ts'
import { listLetters } from '#server/repositories/dead-letters.ts'
import type { ItemRecord } from '#server/repositories/replay-items.ts'
import { applyLetterEdit } from './apply-letter-edit.ts'
import { sourceOf } from './copy-of-letter.ts'
import type { Connection, Deps } from './deps.ts'
import { openKept } from './open-kept.ts'
import { readSealedLetters } from './read-letters.ts'
import { malformedLetter, readably } from './read-malformed.ts'
import { originOfGone, readOrigins } from './read-origins.ts'

/** A letter of which no copy can be made any more, and why. */
export type LostRecord = { readonly lost: string }
/** Records that copies are made of, by their items. Of letters that are gone there is none. */
export type ReadRecords = ReadonlyMap<ItemRecord, SealedMessage | LostRecord>
export type ItemsRead = { readonly count: number; readonly records: ReadRecords }

const isLost = (record: SealedMessage | LostRecord | undefined): boolean =>
  record !== undefined && 'lost' in record

/** Origin records that are read in one go: one may be as large as a message can be. */
const originsAtOnce = 16

/**
 * Reads what the copies of the items of a replay are made of, in their order as many as fit into so many bytes, at least
 * the first: the letters, for those that lack what died the origin records, which are judged anew, and the edited letter
 * where the replay sends one. The records stand on their own.
 */
export const readItems = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  maxBytes: number,
  call: Call,
): Answer<ItemsRead> => {
  const read = await readAsTheyDied(deps, connection, items, maxBytes, call)
  if (!read.ok) return read
  const { count, records } = read.value
  return succeed({ count, records: await applyLetterEdit(deps, items, records) })
}

const readAsTheyDied = async (
  deps: Deps,
  connection: Connection,
  items: readonly ItemRecord[],
  maxBytes: number,
  call: Call,
): Answer<ItemsRead> => {
  const kept = openKept(deps, connection)
  const places = items.map((item) => ({
    topic: item.sourceTopic,
    partition: item.sourcePartition,
    offset: item.sourceOffset,
    item,
  }))
  const read = await readSealedLetters(connection, places, maxBytes, call, kept)
  if (!read.ok) return read
  const { count } = read.value
  const records = new Map<ItemRecord, SealedMessage | LostRecord>()
  for (const [{ item }, record] of read.value.records) records.set(item, record)
  const opened = new Map<ItemRecord, RawMessage>()
  for (const [item, record] of records) {
    if (!item.rehydrated || 'lost' in record) continue
    const own = readably(() => openMessage(record))
    if (own) opened.set(item, own)
    else records.set(item, { lost: malformedLetter })
  }
  const lacking = items
    .slice(0, count)
    .map((item, order) => ({ item, order }))
    .filter(({ item }) => item.rehydrated && !isLost(records.get(item)))
  if (lacking.length === 0) return succeed({ count, records })
  let bytes = 0
  for (let at = 0; at < lacking.length; at += originsAtOnce) {
    const some = lacking.slice(at, at + originsAtOnce)
    const [first] = some
    if (at > 0 && bytes > maxBytes && first) return succeed({ count: first.order, records })
    const letters = await listLetters(
      deps.db,
      connection.id,
      { ids: some.map(({ item }) => item.letterId) },
      some.length,
      null,
    )
    const itemOf = new Map(some.map(({ item }) => [item.letterId, item]))
    const wanted = letters.map((letter) => {
      const item = itemOf.get(letter.id)
      const own = item && opened.get(item)
      return own
        ? { ...letter, originTimestampMs: originTimestampOf(own, connection.deadLetterRules) }
        : originOfGone(letter)
    })
    const take = (id: bigint, message: RawMessage) => {
      const { key, value, headers, timestampMs } = message
      const item = itemOf.get(id)
      if (!item) return
      // In the place of the letter, also of one that is gone: its item is known by that.
      const own = opened.get(item) ?? { ...message, ...sourceOf(item), topic: item.sourceTopic as TopicName }
      const whole = sealMessage({ ...own, key, value, headers, timestampMs })
      bytes += whole.body.length
      records.set(item, whole)
    }
    const states = await readOrigins(deps, connection, wanted, take, call)
    for (const { item } of some) {
      const state = states.get(item.letterId)
      if (state?.state === 'found') continue
      if (state?.state === 'unreadable')
        return fail({ kind: 'unreachable', detail: `the message that died: ${state.why}`, source: 'broker' })
      const why = state?.why ?? 'its letter is not in the index any more'
      const lacks = opened.has(item) ? 'lacks what died' : 'is deleted'
      records.set(item, {
        lost: `not sent: its letter ${lacks}, and the record that died is gone since the plan: ${why}. A copy would not be the message`,
      })
    }
  }
  return succeed({ count, records })
}
