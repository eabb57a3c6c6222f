import { type IndexShare, sharesOf } from '#server/domain/index-shares.ts'
import { listLivingWorkers } from '#server/repositories/heartbeats.ts'
import type { Connection, Deps } from './deps.ts'

/** The shares of every connection's dead-letter index that are this worker's, by the workers that beat at present. */
export const listIndexShares = async (
  { db, connections }: Deps,
  worker: string,
): Promise<readonly { readonly connection: Connection; readonly share: IndexShare }[]> => {
  const living = await listLivingWorkers(db)
  return connections.flatMap((connection) =>
    sharesOf(connection.id, worker, living).map((share) => ({ connection, share })),
  )
}
