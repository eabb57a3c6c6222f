import { openGroupStates } from '#server/contracts/choices.ts'
import { sayCount, sayMany } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { writeGroupEvent } from '#server/repositories/failure-group-standings.ts'
import { holdGrouping, readGrouping } from '#server/repositories/failure-grouping.ts'
import { type LeaseProof, runUnderLease } from '#server/repositories/leases.ts'
import { type LetterFlow, moveLetters, sumUpGroups } from '#server/repositories/move-letters.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import {
  copyNotes,
  copyStanding,
  holdGroups,
  insertRegrouped,
  listTouchedGroups,
  moveReplays,
  readStacks,
  writeMergedInto,
} from '#server/repositories/regrouped-groups.ts'
import {
  findRunningRegrouping,
  finishRegrouping,
  type RegroupingRecord,
  readFlows,
  readLettersToGroup,
  writeProgress,
  writeRegroupingProblem,
} from '#server/repositories/regroupings.ts'
import type { Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Connection, Deps } from './deps.ts'
import { decideGroups } from './regroup-letters.ts'

const lettersPerStep = 2_000
const openStates = new Set<string>(openGroupStates)
/** Of so many groups the history tells that they came of a change of the rules. */
const toldGroups = 200

/**
 * One step of the re-grouping that is under way on a connection: reads what it needs of some letters and moves them, and
 * how far it has come, in one transaction under the lease. Killed, it goes on where it was. Answers `idle` when none is
 * under way, `blocked` when the broker does not answer.
 */
export const runRegrouping = async (
  deps: Deps,
  connection: Connection,
  lease: LeaseProof,
  call: Call,
): Promise<'idle' | 'more' | 'blocked'> => {
  const { db } = deps
  const job = await findRunningRegrouping(db, connection.id)
  if (!job) return 'idle'
  const grouping = await readGrouping(db, connection.id)
  const letters = await readLettersToGroup(db, connection.id, job, lettersPerStep)
  if (letters.length === 0) {
    await runUnderLease(db, lease, (transaction) => finish(transaction, connection, job))
    await notifyChanged(db, 'failure-groups', connection.id)
    return 'more'
  }
  const decided = await decideGroups(connection, grouping, job, letters, (ids) => readStacks(db, ids), call)
  if (!decided.ok) {
    await writeRegroupingProblem(db, job.id, decided.error.detail)
    return 'blocked'
  }
  const { moves, groups, gone } = decided.value
  await runUnderLease(db, lease, async (transaction) => {
    // No other change of the grouping begins while this one is under way: what was decided by it holds.
    await holdGrouping(transaction, connection.id)
    await insertRegrouped(transaction, connection.id, groups)
    const flows = await moveLetters(transaction, moves)
    const position = letters.at(-1)?.id ?? job.position
    await writeProgress(transaction, job.id, { position, looked: letters.length, gone, flows })
  })
  await notifyChanged(db, 'failure-groups', connection.id)
  return 'more'
}

const finish = async (
  transaction: Transaction,
  connection: Connection,
  job: RegroupingRecord,
): Promise<void> => {
  await holdGrouping(transaction, connection.id)
  const flows = await readFlows(transaction, job.id)
  const touched = [...new Set(flows.flatMap(({ from, to }) => [from, to]))]
  await sumUpGroups(transaction, touched)
  if (job.kind === 'rules' || job.kind === 'built-in') await carryOver(transaction, connection, job, flows)
  const { before, after } = await finishRegrouping(transaction, connection.id, job.id)
  await recordAudit(transaction, {
    actor: job.startedBy,
    action: 'finish re-grouping of failures',
    target: connection.id,
    connectionId: connection.id,
    result: 'allowed',
    detail: `${sayCount(job.moved)} of ${sayMany(job.looked, 'letter')} moved: ${sayMany(before, 'group')} became ${after}`,
    facts: {
      outcome: { letters: job.looked, moved: job.moved, 'records gone': job.gone, before, after },
    },
  })
}

/**
 * What people have said of groups goes with their letters. A new group has the state and assignee of the group that most
 * of its letters come from; of an open one, where there is one, since nothing that is open may vanish. A group that was
 * there keeps its own, unless it is closed and letters of an open one have come. Notes go along, and a group without
 * letters leads to the one that most of them went to.
 */
const carryOver = async (
  transaction: Transaction,
  connection: Connection,
  job: RegroupingRecord,
  flows: readonly LetterFlow[],
): Promise<void> => {
  const held = await holdGroups(transaction, connection.id, [
    ...new Set(flows.flatMap(({ from, to }) => [from, to])),
  ])
  const existed = new Set(job.groupsBefore)
  const byTarget = Map.groupBy(flows, ({ to }) => to)
  const bySource = Map.groupBy(flows, ({ from }) => from)
  const decided = await listTouchedGroups(transaction, [...byTarget.keys()])
  const leads = new Map<string, string>()
  for (const [source, gone] of bySource) {
    const group = held.get(source)
    const [main] = gone
    if (group?.letters === 0 && group.mergedInto === null && main) leads.set(source, main.to)
  }
  let told = 0
  for (const [target, came] of byTarget) {
    const own = held.get(target)
    if (!own) continue
    const isNew = !existed.has(target)
    const sources = came.flatMap(({ from }) => held.get(from) ?? [])
    const open = sources.find(({ state }) => openStates.has(state))
    const wanted =
      isNew && !decided.has(target) ? (open ?? sources[0]) : openStates.has(own.state) ? undefined : open
    if (wanted) await copyStanding(transaction, wanted.id, target, isNew)
    const others = sources.filter(({ id }) => leads.get(id) !== target).map(({ id }) => id)
    if (isNew && others.length > 0) await copyNotes(transaction, others, target)
    told += 1
    if (told <= toldGroups)
      await writeGroupEvent(transaction, target, {
        actor: job.startedBy,
        kind: 'grouping',
        text: `by other grouping rules took ${came
          .slice(0, 3)
          .map(({ from, letters }) => `${sayMany(letters, 'letter')} of ${held.get(from)?.title ?? from}`)
          .join(', ')}${came.length > 3 ? ` and of ${sayMany(came.length - 3, 'more group')}` : ''}`,
      })
  }
  for (const [source, target] of leads) {
    await writeMergedInto(transaction, [source], target)
    await moveReplays(transaction, connection.id, source, target)
  }
}
