import type { GroupingRule, Regrouping } from '#server/contracts/failure-grouping.ts'
import { type Grouping, groupLetter, homesOfLetter } from '#server/domain/failure-grouping.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import { holdGrouping, writeGrouping } from '#server/repositories/failure-grouping.ts'
import { moveLetters, sumUpGroups } from '#server/repositories/move-letters.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  findUnfinished,
  finishRegrouping,
  insertRegrouping,
  readFlows,
  readLettersToGroup,
  writeProgress,
} from '#server/repositories/regroupings.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/** So many letters are moved while the operator waits; more are moved by a worker. */
const lettersAtOnce = 10_000
const lettersPerStep = 5_000

export type GroupingChange<T> = {
  readonly kind: Regrouping['kind']
  /** Groups whose letters may now belong elsewhere; none for all. */
  readonly groups: readonly string[]
  readonly rules?: readonly GroupingRule[]
  /** Whether the records of its letters are to be read, which takes its time: a worker does that. */
  readonly readsRecords: boolean
  readonly audit: Pick<NewAuditEntry, 'action' | 'target' | 'detail' | 'about' | 'facts'>
  readonly value: T
}

/**
 * Changes by what letters become failure groups, in one transaction: nobody indexes letters meanwhile, those indexed
 * later are grouped by the change, and those that are there are moved at once where they are few, otherwise by a worker
 * while pages already lead to the groups that they will have. Refused while letters of an earlier change are still moved.
 */
export const changeGrouping = async <T>(
  deps: Deps,
  connection: Connection,
  actor: Actor,
  change: (transaction: Transaction, grouping: Grouping) => Promise<Result<GroupingChange<T>, Fault>>,
): Promise<Result<T, Fault>> => {
  const made = await runInTransaction(deps.db, async (transaction) => {
    const before = await holdGrouping(transaction, connection.id)
    const unfinished = await findUnfinished(transaction, connection.id)
    if (unfinished)
      return fail<Fault>({
        code: 'conflict',
        detail: `Letters are still being moved after the last change of the grouping: ${unfinished.looked} of ${unfinished.total} looked through.`,
      })
    const done = await change(transaction, before)
    if (!done.ok) return done
    const { kind, groups, rules, readsRecords, audit, value } = done.value
    await writeGrouping(transaction, connection.id, rules ?? null)
    const after = await holdGrouping(transaction, connection.id)
    const rulesOf = rules === undefined ? {} : { rules, rulesBefore: before.rules }
    const job = await insertRegrouping(transaction, connection.id, {
      kind,
      groups,
      by: actor.name,
      ...rulesOf,
    })
    if (!readsRecords && job.total <= lettersAtOnce)
      await moveNow(transaction, connection, after, job.id, groups)
    await recordAudit(transaction, {
      actor: actor.name,
      connectionId: connection.id,
      result: 'allowed',
      ...audit,
    })
    return succeed(value)
  })
  if (made.ok) await notifyChanged(deps.db, 'failure-groups', connection.id)
  return made
}

const moveNow = async (
  transaction: Transaction,
  connection: Connection,
  grouping: Grouping,
  id: bigint,
  groups: readonly string[],
): Promise<void> => {
  const upTo = 9_223_372_036_854_775_807n
  for (let position = 0n, isMore = true; isMore; ) {
    const job = { groups, position, upTo }
    const letters = await readLettersToGroup({ pool: transaction }, connection.id, job, lettersPerStep)
    const moves = letters.map(({ id: letter, failureGroupId, homes, topic, message }) => {
      const known = homesOfLetter(failureGroupId, homes)
      const facts = { topic, message, header: () => undefined, homes: known }
      return { id: letter, ...groupLetter(grouping, known[0] ?? failureGroupId, facts) }
    })
    const flows = await moveLetters(transaction, moves)
    position = letters.at(-1)?.id ?? position
    await writeProgress(transaction, id, { position, looked: letters.length, gone: 0, flows })
    isMore = letters.length === lettersPerStep
  }
  const flows = await readFlows(transaction, id)
  await sumUpGroups(transaction, [...new Set(flows.flatMap(({ from, to }) => [from, to]))])
  await finishRegrouping(transaction, connection.id, id)
}
