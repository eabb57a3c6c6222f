import type { RawMessage } from '#server/ports/raw-message.ts'
import { isKeepable, sumKeptBytes } from '#server/repositories/kept-letters.ts'
import { isLeaseHeld } from '#server/repositories/leases.ts'
import type { Connection, Deps } from './deps.ts'
import { bytesOfMessage } from './read-letters.ts'

/** The lease under which a worker keeps letters of a connection. */
export const keepingLeaseOf = (connectionId: string): string => `keep-expiring:${connectionId}`

/** Whether letters of a connection that retention is about to delete are being kept. */
export type Keeping = {
  /** The setting asks for it, a worker is at it, and there is room. */
  readonly isOn: boolean
}

/** Whether what is about to be deleted will be kept, as far as can be told now. */
export const readKeeping = async (
  { db }: Pick<Deps, 'db'>,
  { id, keepExpiring: bounds }: Connection,
): Promise<Keeping> => {
  if (!bounds) return { isOn: false }
  const [isAtIt, bytes] = await Promise.all([isLeaseHeld(db, keepingLeaseOf(id)), sumKeptBytes(db, id)])
  return { isOn: isAtIt && bytes < BigInt(bounds.bytes) }
}

/** Whether a letter that is still in its topic will be kept before it is deleted, as far as can be told now. */
export const willKeep = async (
  deps: Pick<Deps, 'db'>,
  connection: Connection,
  letterId: bigint,
  message: RawMessage,
): Promise<boolean> => {
  const { keepExpiring: bounds } = connection
  if (!bounds || bytesOfMessage(message) > bounds.letterBytes) return false
  const [{ isOn }, isWanted] = await Promise.all([
    readKeeping(deps, connection),
    isKeepable(deps.db, letterId),
  ])
  return isOn && isWanted
}

/** Whether letters of a failure group in this state are kept: those of closed ones are not. */
export const keepsLettersOf = ({ isOn }: Keeping, state: string): boolean => isOn && !closedStates.has(state)
const closedStates: ReadonlySet<string> = new Set(['resolved', 'archived'])
