import { findCursor, keepCursor } from '#server/repositories/search-cursors.ts'
import type { Deps } from './deps.ts'

/** A cursor longer than this, in characters, rests in the database. */
const longestCursor = 800
const cursorKeptMs = 7 * 86_400_000
const keptMark = 'kept-'

/** The cursor as it is given out: itself, or where it grows with hundreds of partitions a short name that it is kept by. */
export const shortenCursor = async ({ db }: Pick<Deps, 'db'>, text: string): Promise<string> =>
  text.length <= longestCursor ? text : keptMark + (await keepCursor(db, text, cursorKeptMs))

/** The cursor that `shortenCursor` was given; null when it is kept no longer. */
export const findWholeCursor = async ({ db }: Pick<Deps, 'db'>, cursor: string): Promise<string | null> =>
  cursor.startsWith(keptMark) ? await findCursor(db, cursor.slice(keptMark.length)) : cursor
