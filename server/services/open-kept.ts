import type { RawMessage } from '#server/ports/raw-message.ts'
import { readKeptLetters } from '#server/repositories/kept-letters.ts'
import type { Connection, Deps } from './deps.ts'
import type { Coordinates } from './read-letters.ts'

/** Reads letters that Spillway has kept itself, for those that the broker does not have any more. */
export const openKept =
  ({ db }: Pick<Deps, 'db'>, { id }: Pick<Connection, 'id'>) =>
  async (places: readonly Coordinates[]): Promise<readonly RawMessage[]> =>
    (await readKeptLetters(db, id, places)).map(({ message }) => message)
