import type { Database } from './database.ts'
import { type LetterFilter, type LetterRecord, listLetters } from './dead-letters.ts'

const lettersAtOnce = 5_000

/**
 * All letters that a filter takes, newest first, at most `limit`, read in pieces so that no statement is long. Without
 * their error messages, which are most of their bytes.
 */
export const listAllLetters = async (
  db: Database,
  connectionId: string,
  filter: LetterFilter,
  limit: number,
): Promise<readonly LetterRecord[]> => {
  const all: LetterRecord[] = []
  const take = (letters: readonly LetterRecord[]) => {
    for (const letter of letters) all.push({ ...letter, message: null })
  }
  const { ids } = filter
  if (ids) {
    for (let from = 0; from < ids.length && all.length < limit; from += lettersAtOnce)
      take(
        await listLetters(
          db,
          connectionId,
          { ...filter, ids: ids.slice(from, from + lettersAtOnce) },
          lettersAtOnce,
          null,
        ),
      )
    return all.slice(0, limit)
  }
  for (;;) {
    const wanted = Math.min(lettersAtOnce, limit - all.length)
    const page = await listLetters(db, connectionId, filter, wanted, all.at(-1) ?? null)
    take(page)
    if (page.length < wanted || all.length >= limit) return all
  }
}
