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

/** Opens the shared connection and puts it into the hub at once, so that all who come meanwhile wait for the same. */
const connect = (url: string, shared: Hub): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
  })
  const opening = open(client)
  let isOpen = false
  shared.client = opening
  const forget = () => {
    // Another may stand there by now, whose listeners have lost nothing.
    if (shared.client !== opening) return false
    shared.client = null
    return true
  }
  const lose = (error: Error) => {
    // Those who wait for it to open learn of the failure there.
    if (!isOpen || !forget()) return
    for (const listener of [...shared.listeners]) {
      shared.listeners.delete(listener)
      listener.onLost(error)
    }
  }
  client.on('error', lose)
  client.on('end', () => lose(new Error('Connection terminated')))
  client.on('notification', ({ payload }) => {
    const { noun, connection } = JSON.parse(payload ?? '{}') as { noun?: unknown; connection?: unknown }
    const known = changedNoun.safeParse(noun)
    if (!known.success || typeof connection !== 'string') return
    for (const listener of shared.listeners) listener.onChange({ noun: known.data, connection })
  })
  opening.then(() => {
    isOpen = true
  }, forget)
  return opening
}

const open = async (client: pg.Client): Promise<pg.Client> => {
  try {
    await client.connect()
    await client.query(`LISTEN ${changeChannel}`)
    return client
  } catch (error) {
    // Who could not listen must not stay connected.
    void client.end().catch(() => {})
    throw error
  }
}

/**
 * Follows change notices over one PostgreSQL connection a process, shared by all streams and closed with the last.
 * Throws when the database can not be reached; a connection lost later is told by `onLost`, once. Answers how to
 * stop, which may be called twice.
 */
export const listenForChanges = async (url: string, listener: Listener): Promise<() => Promise<void>> => {
  const shared = hub()
  shared.listeners.add(listener)
  try {
    await (shared.client ?? connect(url, shared))
  } catch (error) {
    shared.listeners.delete(listener)
    throw error
  }
  return async () => {
    if (!shared.listeners.delete(listener) || shared.listeners.size > 0) return
    const client = shared.client
    shared.client = null
    const left = await client?.catch(() => null)
    await left?.end().catch(() => {})
  }
}
