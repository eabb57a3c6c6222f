import type { FailureGrouping, Regrouping } from '#server/contracts/failure-grouping.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { readGrouping } from '#server/repositories/failure-grouping.ts'
import {
  findRunningRegrouping,
  listRuleChanges,
  type RegroupingRecord,
} from '#server/repositories/regroupings.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

const viewOf = (record: RegroupingRecord): Regrouping => {
  const { id, startedAtMs, finishedAtMs, rules, rulesBefore: _, groupsBefore: __, ...rest } = record
  const { kind, startedBy, total, looked, moved, gone, before, after, problem } = rest
  return {
    id: id.toString(),
    kind,
    startedBy,
    startedAt: startedAtMs,
    finishedAt: finishedAtMs,
    total: Math.max(total, looked),
    looked,
    moved,
    gone,
    before,
    after,
    problem,
    rules: rules === null ? null : [...rules],
  }
}

/** By which rules letters become failure groups, since when, and how far letters are moved after the last change. */
export const showGrouping = async (
  { db }: Pick<Deps, 'db'>,
  connection: Connection,
  _call: Call,
): Promise<Result<FailureGrouping, Fault>> => {
  const [{ rules }, running, history] = await Promise.all([
    readGrouping(db, connection.id),
    findRunningRegrouping(db, connection.id),
    listRuleChanges(db, connection.id),
  ])
  return succeed({
    rules: [...rules],
    changedBy: history[0]?.startedBy ?? null,
    changedAt: history[0]?.startedAtMs ?? null,
    running: running === null ? null : viewOf(running),
    history: history.map(viewOf),
  })
}
