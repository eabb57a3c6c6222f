import type { Call } from '#server/ports/call.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { Connection, Deps } from './deps.ts'
import { coordinateKey } from './read-letters.ts'
import { type OriginState, readOrigins } from './read-origins.ts'
import { type PlannedRecord, summariseRecord } from './summarise-record.ts'

/** The record that died of a letter that does not hold all of it, and what of it the copy needs. */
export type PlannedOrigin =
  | {
      readonly state: 'found'
      readonly record: PlannedRecord
      readonly restores: 'payload' | 'headers' | null
    }
  | Exclude<OriginState, { state: 'found' }>

/** Conventions whose letters do not carry the headers of the message that died, at least of some versions. */
const droppingHeaders: ReadonlySet<string> = new Set(['share-group', 'kafka-streams'])

const lacksPayload = ({ key, isTombstone }: PlannedRecord): boolean => key === null && isTombstone

/** What of the record that died is missing in its letter. Headers are taken only where payload proves it is the same. */
const restored = (own: PlannedRecord, origin: PlannedRecord): 'payload' | 'headers' | null => {
  if (lacksPayload(own)) return 'payload'
  const isSame = own.key === origin.key && own.valueHash === origin.valueHash
  return isSame && !own.hasOwnHeaders && origin.hasOwnHeaders ? 'headers' : null
}

/**
 * Of letters with a null value, and of those whose framework drops headers, by id: what stands at their origin. Others
 * are left out.
 */
export const findOrigins = async (
  deps: Deps,
  connection: Connection,
  letters: readonly LetterRecord[],
  records: ReadonlyMap<string, PlannedRecord>,
  call: Call,
): Promise<ReadonlyMap<bigint, PlannedOrigin>> => {
  const wanted = letters.flatMap((letter) => {
    const own = records.get(coordinateKey(letter))
    const needs = own && (own.isTombstone || (droppingHeaders.has(letter.convention) && !own.hasOwnHeaders))
    return needs ? [{ letter, own }] : []
  })
  const own = new Map(wanted.map((one) => [one.letter.id, one.own]))
  const found = new Map<bigint, PlannedOrigin>()
  const states = await readOrigins(
    deps,
    connection,
    wanted.map(({ letter, own: { originTimestampMs } }) => ({ ...letter, originTimestampMs })),
    (id, message) => {
      const record = summariseRecord(message, connection)
      const mine = own.get(id)
      if (mine) found.set(id, { state: 'found', record, restores: restored(mine, record) })
    },
    call,
  )
  for (const [id, state] of states) if (state.state !== 'found') found.set(id, state)
  return found
}
