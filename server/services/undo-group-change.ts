import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { saySplit } from '#server/contracts/split-words.ts'
import { needsHeaders, refuseUndo } from '#server/domain/failure-grouping.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { writeGroupEvent } from '#server/repositories/failure-group-standings.ts'
import { markChangeUndone } from '#server/repositories/failure-grouping.ts'
import type { MergeFacts } from '#server/repositories/merged-standings.ts'
import { holdGroups, returnReplays, writeMergedInto } from '#server/repositories/regrouped-groups.ts'
import { changeGrouping } from './change-grouping.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { giveBackStandings } from './give-back-standings.ts'
import { showFailureGroup } from './show-failure-group.ts'

/**
 * Takes a merge or a split back: letters, also those that came since, and replays go to where they would be without it.
 * After a merge both groups have the state and assignee that they had before; otherwise these stay as they are by now, as
 * notes do. Refused while a later change builds on it.
 */
export const undoGroupChange = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  id: bigint,
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const undone = await changeGrouping(deps, connection, actor, async (transaction, { changes }) => {
    const change = changes.find((one) => one.id === id)
    if (!change) return notFound(`There is no merge or split ${id} that holds on ${connection.name}.`)
    const refusal = refuseUndo(changes, id)
    if (refusal !== null) return fail<Fault>({ code: 'conflict', detail: refusal })
    const { kind, source, target, condition } = change
    const held = await holdGroups(transaction, connection.id, [source, target])
    const facts = (await markChangeUndone(transaction, id, actor.name)) as MergeFacts | null
    const titles = { source: held.get(source)?.title ?? source, target: held.get(target)?.title ?? target }
    const words =
      kind === 'merge'
        ? `merging ${titles.source} into ${titles.target} was undone`
        : `splitting off letters ${condition === null ? '' : saySplit(condition)} was undone`
    if (kind === 'merge') {
      await writeMergedInto(transaction, [source], null)
      await returnReplays(transaction, facts?.replays ?? [], source)
    } else await writeMergedInto(transaction, [target], source)
    for (const group of [source, target])
      await writeGroupEvent(transaction, group, { actor: actor.name, kind: 'grouping', text: words })
    if (kind === 'merge')
      await giveBackStandings(transaction, connection.id, actor, change, { facts, changes })
    return succeed({
      kind: 'undo' as const,
      groups: [target],
      readsRecords:
        kind === 'split' &&
        needsHeaders(
          changes.filter((one) => one.id !== id),
          change.homes,
        ),
      value: source,
      audit: {
        action: `undo ${kind} of failure groups`,
        target: kind === 'merge' ? target : source,
        detail: words,
        about: [source, target].map((one) => ({ kind: 'failure-group' as const, id: one })),
      },
    })
  })
  return undone.ok ? showFailureGroup(deps, connection, undone.value, call) : undone
}
