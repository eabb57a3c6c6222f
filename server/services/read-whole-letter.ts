import { originTimestampOf } from '#server/domain/copy-timestamp.ts'
import { detachMessage } from '#server/domain/detach-message.ts'
import { lacksPayload } from '#server/domain/judge-origin.ts'
import { succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { Connection, Deps } from './deps.ts'
import { readLetterRecord } from './read-letter-record.ts'
import type { Coordinates } from './read-letters.ts'
import { readOrigins } from './read-origins.ts'

/** A letter's record, and where what it holds stands. */
export type WholeLetter = {
  /** At the letter's place; with key, value, headers and timestamp of the record that died where that holds the payload. */
  readonly record: RawMessage
  /** The record that died, where the letter is a pointer to it; else null. */
  readonly origin: Coordinates | null
  /** Why the record that died can not be had, for a pointer without one; null for all others. */
  readonly missing: string | null
}

/**
 * A letter as a copy would be made of it: its own record, or for a pointer what stands at its origin, which is judged as
 * `readOrigins` does. Null: the letter itself is gone.
 */
export const readWholeLetter = async (
  deps: Deps,
  connection: Connection,
  letter: LetterRecord,
  call: Call,
): Answer<WholeLetter | null> => {
  const read = await readLetterRecord(deps, connection, letter, call)
  if (!read.ok) return read
  const own = read.value
  if (own === null) return succeed(null)
  if (!lacksPayload(own)) return succeed({ record: own, origin: null, missing: null })
  const died: { message: RawMessage | null } = { message: null }
  const originTimestampMs = originTimestampOf(own, connection.deadLetterRules)
  const take = (_id: bigint, message: RawMessage) => {
    died.message = detachMessage(message)
  }
  const states = await readOrigins(deps, connection, [{ ...letter, originTimestampMs }], take, call)
  const state = states.get(letter.id)
  if (died.message === null)
    return succeed({
      record: own,
      origin: null,
      missing: state && state.state !== 'found' ? state.why : 'nothing says where it stood',
    })
  const { topic, partition, offset, key, value, headers, timestampMs } = died.message
  return succeed({
    record: { ...own, key, value, headers, timestampMs },
    origin: { topic, partition, offset },
    missing: null,
  })
}
