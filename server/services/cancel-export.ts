import type { ExportProgress } from '#server/contracts/export-messages.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { showExport } from './show-export.ts'

/**
 * Ends an export that is written: its file keeps what it holds, and its last line says that it was cancelled; one
 * without a report breaks off.
 */
export const cancelExport = async (
  deps: Pick<Deps, 'exports'>,
  connection: Pick<Connection, 'id' | 'name'>,
  id: string,
): Promise<Result<ExportProgress, Fault>> => {
  const isCancelled = deps.exports.cancel(connection.id, id)
  const shown = await showExport(deps, connection, id)
  return isCancelled || !shown.ok
    ? shown
    : fail({ code: 'conflict', detail: 'This export has ended already.' })
}
