import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { stackLines } from '#server/domain/letter-facts.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listGroupEvents } from '#server/repositories/failure-group-standings.ts'
import {
  findStandingGroup,
  type GroupChangeRecord,
  listGroupChanges,
  listMergedGroups,
} from '#server/repositories/failure-grouping.ts'
import { readFailureGroups } from '#server/repositories/failure-groups.ts'
import { countStandings } from '#server/repositories/letter-dispositions.ts'
import { findRunningRegrouping } from '#server/repositories/regroupings.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { failureGroupRowsOf } from './list-failure-groups.ts'
import { listMarks } from './list-marks.ts'

/**
 * One failure group with its stack, its sample, the marks of the last hour, what was done to it, and by which merges and
 * splits it is what it is. A group whose letters have become those of another one answers that.
 */
export const showFailureGroup = async (
  deps: Deps,
  connection: Connection,
  asked: string,
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const id = await findStandingGroup(deps.db, connection.id, asked)
  const [record] = await readFailureGroups(deps.db, connection.id, [id])
  if (!record) return notFound(`There is no failure group ${asked} on ${connection.name}.`)
  const merged = await listMergedGroups(deps.db, id)
  const [{ rows }, marks, events, standings, changes, running] = await Promise.all([
    failureGroupRowsOf(deps, connection, [record], call),
    listMarks(deps, { minutes: 60 }, call),
    listGroupEvents(deps.db, [id, ...merged]),
    countStandings(deps.db, id),
    listGroupChanges(deps.db, connection.id, id),
    findRunningRegrouping(deps.db, connection.id),
  ])
  const [row] = rows
  if (!row) return notFound(`There is no failure group ${asked} on ${connection.name}.`)
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
    changes: changes.map((change) => changeOf(change, id)),
    moving: running === null ? null : { looked: running.looked, total: running.total },
  })
}

const changeOf = (
  { id, kind, source, target, condition, by, atMs, otherTitle }: GroupChangeRecord,
  group: string,
): FailureGroupDetail['changes'][number] => ({
  id,
  kind,
  by,
  atMs,
  condition,
  other: { id: target === group ? source : target, title: otherTitle },
  role: kind === 'merge' ? 'merged-in' : target === group ? 'split-from' : 'split-off',
})
