import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { stackLines } from '#server/domain/letter-facts.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listGroupEvents } from '#server/repositories/failure-group-standings.ts'
import { readFailureGroups } from '#server/repositories/failure-groups.ts'
import { countStandings } from '#server/repositories/letter-dispositions.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { failureGroupRowsOf } from './list-failure-groups.ts'
import { listMarks } from './list-marks.ts'

/** One failure group with its stack, its sample, the marks of the last hour and what was done to it. */
export const showFailureGroup = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const [record] = await readFailureGroups(deps.db, connection.id, id)
  if (!record) return notFound(`There is no failure group ${id} on ${connection.name}.`)
  const [{ rows }, marks, events, standings] = await Promise.all([
    failureGroupRowsOf(deps, connection, [record], call),
    listMarks(deps, { minutes: 60 }, call),
    listGroupEvents(deps.db, id),
    countStandings(deps.db, id),
  ])
  const [row] = rows
  if (!row) return notFound(`There is no failure group ${id} on ${connection.name}.`)
  return succeed({
    ...row,
    stack: record.stack,
    stackLines: stackLines(record.stack),
    sampleLetterId: record.sampleLetterId?.toString() ?? null,
    standings,
    marks: marks.ok
      ? marks.value.marks.map(({ id: markId, atMs, kind, text }) => ({ id: markId, atMs, kind, text }))
      : [],
    events,
  })
}
