import pg from 'pg'
import { changedNoun } from '#server/contracts/live.ts'
import { type ChangedNoun, changeChannel } from './notify.ts'

export type Change = { readonly noun: ChangedNoun; readonly connection: string }
type Listener = { readonly onChange: (change: Change) => void; readonly onLost: (error: Error) => void }
type Hub = { readonly listeners: Set<Listener>; client: Promise<pg.Client> | null }

const kept = globalThis as typeof globalThis & { spillwayListenHub?: Hub }

const hub = (): Hub => {
  kept.spillwayListenHub ??= { listeners: new Set(), client: null }
  return kept.spillwayListenHub
}

const connect = async (url: string, shared: Hub): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true })
  const lose = (error: Error) => {
    shared.client = null
    for (const listener of [...shared.listeners]) listener.onLost(error)
  }
  client.on('error', lose)
  client.on('end', () => lose(new Error('Connection terminated')))
  client.on('notification', ({ payload }) => {
    const { noun, connection } = JSON.parse(payload ?? '{}') as { noun?: unknown; connection?: unknown }
    const known = changedNoun.safeParse(noun)
    if (!known.success || typeof connection !== 'string') return
    for (const listener of shared.listeners) listener.onChange({ noun: known.data, connection })
  })
  await client.connect()
  await client.query(`LISTEN ${changeChannel}`)
  return client
}

/**
 * Follows change notices over one PostgreSQL connection a process, shared by all streams and closed with the last.
 * Throws when the database can not be reached; a connection lost later is told by `onLost`, once. Answers how to stop, which may be called twice.
 */
export const listenForChanges = async (url: string, listener: Listener): Promise<() => Promise<void>> => {
  const shared = hub()
  shared.listeners.add(listener)
  try {
    shared.client ??= connect(url, shared)
    await shared.client
  } catch (error) {
    shared.client = null
    shared.listeners.delete(listener)
    throw error
  }
  return async () => {
    if (!shared.listeners.delete(listener) || shared.listeners.size > 0) return
    const client = shared.client
    shared.client = null
    const open = await client?.catch(() => null)
    open?.removeAllListeners('end')
    await open?.end().catch(() => {})
  }
}
