import type { LiveFrame } from '#server/contracts/live.ts'
import type { Database } from './database.ts'

export type ChangedNoun = Extract<LiveFrame, { type: 'data' }>['changed']

/** The PostgreSQL channel that carries change notices to every web process. */
export const changeChannel = 'spillway_changed'

/** Tells every web process that rows of a noun changed. `connectionId` is empty for what belongs to no connection. */
export const notifyChanged = async (db: Database, noun: ChangedNoun, connectionId = ''): Promise<void> => {
  await db.pool.query('SELECT pg_notify($1, $2)', [
    changeChannel,
    JSON.stringify({ noun, connection: connectionId }),
  ])
}
