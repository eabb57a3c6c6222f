import type { Call } from '#server/ports/call.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { Connection, Deps } from './deps.ts'
import { coordinateKey } from './read-letters.ts'
import { type OriginState, originOfGone, readOrigins } from './read-origins.ts'
import { type PlannedRecord, summariseRecord } from './summarise-record.ts'

/** What a copy has from the record that died; `whole`: all of it, for the letter itself is gone. */
export type Restored = 'whole' | 'payload' | 'headers'

/** The record that died of a letter that does not hold all of it, and what of it the copy needs. */
export type PlannedOrigin =
  | { readonly state: 'found'; readonly record: PlannedRecord; readonly restores: Restored | null }
  | Exclude<OriginState, { state: 'found' }>

/** Conventions whose letters do not carry the headers of the message that died, at least of some versions. */
const droppingHeaders: ReadonlySet<string> = new Set(['share-group', 'kafka-streams'])

const lacksPayload = ({ key, isTombstone }: PlannedRecord): boolean => key === null && isTombstone

/** What of the record that died is missing in its letter. Headers are taken only where payload proves it is the same. */
const restored = (own: PlannedRecord | null, origin: PlannedRecord): Restored | null => {
  if (own === null) return 'whole'
  if (lacksPayload(own)) return 'payload'
  const isSame = own.key === origin.key && own.valueHash === origin.valueHash
  return isSame && !own.hasOwnHeaders && origin.hasOwnHeaders ? 'headers' : null
}

/**
 * Of letters with a null value, of those whose framework drops headers, and where `withGone` of those that are not in
 * their topic any more, by id: what stands at their origin. Others are left out.
 */
export const findOrigins = async (
  deps: Deps,
  connection: Connection,
  letters: readonly LetterRecord[],
  records: ReadonlyMap<string, PlannedRecord>,
  call: Call,
  withGone = false,
): Promise<ReadonlyMap<bigint, PlannedOrigin>> => {
  const wanted = letters.flatMap((letter) => {
    const own = records.get(coordinateKey(letter)) ?? null
    const needs =
      own === null
        ? withGone
        : own.isTombstone || (droppingHeaders.has(letter.convention) && !own.hasOwnHeaders)
    return needs ? [{ letter, own }] : []
  })
  const own = new Map(wanted.map((one) => [one.letter.id, one.own]))
  const found = new Map<bigint, PlannedOrigin>()
  const states = await readOrigins(
    deps,
    connection,
    wanted.map(({ letter, own: mine }) =>
      mine === null ? originOfGone(letter) : { ...letter, originTimestampMs: mine.originTimestampMs },
    ),
    (id, message) => {
      const record = summariseRecord(message, connection)
      found.set(id, { state: 'found', record, restores: restored(own.get(id) ?? null, record) })
    },
    call,
  )
  for (const [id, state] of states) if (state.state !== 'found') found.set(id, state)
  return found
}
