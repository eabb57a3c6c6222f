import { succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { Connection, Deps } from './deps.ts'
import { openKept } from './open-kept.ts'
import { readLetters } from './read-letters.ts'

/** A letter's own record, from the broker or as it was kept when retention was to delete it; null: neither has it. */
export const readLetterRecord = async (
  deps: Deps,
  connection: Connection,
  letter: Pick<LetterRecord, 'topic' | 'partition' | 'offset'>,
  call: Call,
): Answer<RawMessage | null> => {
  const kept = openKept(deps, connection)
  const read = await readLetters(connection, [letter], Number.MAX_SAFE_INTEGER, call, kept)
  return read.ok ? succeed(read.value.records.get(letter) ?? null) : read
}
