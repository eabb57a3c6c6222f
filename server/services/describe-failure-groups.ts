import {
  countKeysAnew,
  countNewKeys,
  lettersAtOnce,
  listKeysDue,
} from '#server/repositories/failure-group-keys.ts'
import { refreshServices } from '#server/repositories/failure-group-services.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import type { Connection, Deps } from './deps.ts'

const groupsAtOnce = 20
/** Spans come some seconds after the letter that they tell of. */
const servicesAgainMs = 20_000

/**
 * One step of keeping what the inbox tells of failure groups beside their letters: adds the keys of new letters, counts
 * keys anew where letters went or came otherwise than by the index, and looks which services stand in their traces.
 * Answers whether more is due.
 */
export const describeFailureGroups = async (deps: Deps, connection: Connection): Promise<boolean> => {
  const counted = await countNewKeys(deps.db, connection.id)
  const due = await listKeysDue(deps.db, connection.id, groupsAtOnce)
  for (const id of due) await countKeysAnew(deps.db, connection.id, id)
  const changed = await refreshServices(deps.db, connection.id, servicesAgainMs, groupsAtOnce)
  if (counted > 0 || changed > 0 || due.length > 0)
    await notifyChanged(deps.db, 'failure-groups', connection.id)
  return due.length === groupsAtOnce || counted === lettersAtOnce
}
