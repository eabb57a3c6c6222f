import { parseSearch } from '#server/contracts/message-search.ts'
import { topicsParam } from '#server/contracts/message-stream.ts'
import { mostSavedSearches, type NewSavedSearch, type SavedSearch } from '#server/contracts/saved-searches.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import {
  insertSavedSearch,
  isNameTaken,
  listSavedSearches,
  markSavedSearchDeleted,
  updateSavedSearchName,
} from '#server/repositories/saved-searches.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound, searchProblemWords } from './fault.ts'

type Kept = Pick<Deps, 'db'>
type Changed = Promise<Result<SavedSearch, Fault>>

/** The first 500 saved searches of a connection by name: everybody's, since they are there to be shared. */
export const listSearches = async (
  { db }: Kept,
  connection: Connection,
): Promise<Result<{ readonly searches: SavedSearch[]; readonly isCut: boolean }, Fault>> => {
  const found = await listSavedSearches(db, connection.id, mostSavedSearches + 1)
  return succeed({ searches: found.slice(0, mostSavedSearches), isCut: found.length > mostSavedSearches })
}

/**
 * Keeps a search by name, also on a read-only connection: it is Spillway's own, nothing is written to the broker. A name
 * that is taken is a `conflict`; words that can not be read are `invalid-request`.
 */
export const saveSearch = async (
  { db }: Kept,
  connection: Connection,
  actor: Actor,
  input: NewSavedSearch,
  _call: Call,
): Changed => {
  const parsed = parseSearch(input.search)
  if (!parsed.ok) return invalid(searchProblemWords(parsed.problem))
  if (!topicsParam.safeParse(input.topics).success)
    return invalid('topics: names separated by commas are wanted, or * for all.')
  return runInTransaction(db, async (transaction) => {
    const saved = await insertSavedSearch(transaction, connection.id, input, actor.name)
    if (saved === null) return conflict(takenWords(input.name))
    await tell(transaction, connection, actor, 'save search', saved, `${saved.search} in ${saved.topics}`)
    return succeed(saved)
  })
}

/** Gives a saved search another name. A name that is taken is a `conflict`. */
export const renameSearch = (
  deps: Kept,
  connection: Connection,
  actor: Actor,
  { id, name }: { readonly id: string; readonly name: string },
): Changed =>
  change(deps, connection, actor, 'rename search', takenWords(name), (transaction) =>
    updateSavedSearchName(transaction, connection.id, id, name),
  )

/** Deletes a saved search. It can be restored for some days. */
export const deleteSearch = (deps: Kept, connection: Connection, actor: Actor, id: string): Changed =>
  change(deps, connection, actor, 'delete search', '', (transaction) =>
    markSavedSearchDeleted(transaction, connection.id, id, true),
  )

/** Brings a deleted search back, unless another has taken its name since. */
export const restoreSearch = (deps: Kept, connection: Connection, actor: Actor, id: string): Changed =>
  change(
    deps,
    connection,
    actor,
    'restore search',
    'Another search has its name by now. Rename that one first.',
    (transaction) => markSavedSearchDeleted(transaction, connection.id, id, false),
  )

const change = async (
  { db }: Kept,
  connection: Connection,
  actor: Actor,
  action: string,
  whenTaken: string,
  write: (transaction: Transaction) => Promise<SavedSearch | null>,
): Changed => {
  try {
    return await runInTransaction(db, async (transaction) => {
      const changed = await write(transaction)
      if (changed === null) return notFound(`There is no such saved search on ${connection.name}.`)
      await tell(transaction, connection, actor, action, changed, changed.name)
      return succeed(changed)
    })
  } catch (error) {
    if (isNameTaken(error)) return conflict(whenTaken)
    throw error
  }
}

const takenWords = (name: string): string =>
  `A saved search named ${name} is there already. Choose another name.`

const conflict = (detail: string) => fail<Fault>({ code: 'conflict', detail })

const tell = (
  transaction: Transaction,
  connection: Connection,
  actor: Actor,
  action: string,
  { id }: SavedSearch,
  detail: string,
): Promise<void> =>
  recordAudit(transaction, {
    actor: actor.name,
    action,
    target: `search ${id}`,
    connectionId: connection.id,
    result: 'allowed',
    detail,
  })
