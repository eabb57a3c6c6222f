import type { ExportProgress } from '#server/contracts/export-messages.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'

/** How far an export is, or how it ended. `not-found` until its download has begun, and some minutes after its end. */
export const showExport = async (
  { exports }: Pick<Deps, 'exports'>,
  connection: Pick<Connection, 'id' | 'name'>,
  id: string,
): Promise<Result<ExportProgress, Fault>> => {
  const found = exports.find(connection.id, id)
  return found === null
    ? notFound(`There is no export ${id} of ${connection.name} in this process.`)
    : succeed(found)
}
