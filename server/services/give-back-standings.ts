import { isDeepStrictEqual } from 'node:util'
import { type GroupStanding, receiveDeaths, sayStanding } from '#server/domain/failure-group-state.ts'
import type { GroupChange } from '#server/domain/failure-grouping.ts'
import {
  lockFailureGroup,
  writeAssignee,
  writeGroupEvent,
  writeStanding,
} from '#server/repositories/failure-group-standings.ts'
import {
  countSides,
  type KeptStanding,
  type MergeFacts,
  type SideLetters,
  writeStandingBefore,
} from '#server/repositories/merged-standings.ts'
import type { Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor } from './deps.ts'

/**
 * Gives both groups of a merge that is being undone the state and the assignee that they had before it, with a line in
 * their histories. What somebody has said of the merged group since stays with its target; a group that was closed is open
 * again where letters of its own came meanwhile. While a later merge into the same target holds, the target stays as it
 * is, and gets what it had when that one is undone. Called before the letters are moved.
 */
export const giveBackStandings = async (
  transaction: Transaction,
  connectionId: string,
  actor: Actor,
  change: GroupChange,
  { facts, changes }: { readonly facts: MergeFacts | null; readonly changes: readonly GroupChange[] },
): Promise<void> => {
  const { id, source, target } = change
  const sides = await countSides(transaction, change)
  const held = {
    source: await lockFailureGroup(transaction, connectionId, source),
    target: await lockFailureGroup(transaction, connectionId, target),
  }
  const give = async (group: string, next: GroupStanding, side: SideLetters, nowMs: number) => {
    const standing =
      side.arrivedAtMs === null
        ? next
        : receiveDeaths(next, { arrivedAtMs: side.arrivedAtMs, letters: side.letters, nowMs })
    await writeStanding(transaction, group, standing)
    return standing
  }
  if (held.source) {
    const { standing, assignee, nowMs } = held.source
    const next = await give(source, standing, sides.source, nowMs)
    await tell(transaction, source, actor, { ...next, assignee })
  }
  const { before, after } = facts ?? {}
  if (!held.target || !before || !after) return
  const later = changes.find((one) => one.kind === 'merge' && one.target === target && one.id > id)
  if (later) {
    await writeStandingBefore(transaction, later.id, before)
    return
  }
  const { standing, assignee, nowMs } = held.target
  const { assignee: assigneeBefore, ...standingBefore } = before
  const { assignee: assigneeAfter, ...standingAfter } = after
  const isAsMerged = isDeepStrictEqual(standing, standingAfter)
  const isAssignedAsMerged = assignee === assigneeAfter
  const next = isAsMerged ? await give(target, standingBefore, sides.target, nowMs) : standing
  if (isAssignedAsMerged) await writeAssignee(transaction, target, assigneeBefore)
  await tell(transaction, target, actor, {
    ...next,
    assignee: isAssignedAsMerged ? assigneeBefore : assignee,
  })
}

const tell = (
  transaction: Transaction,
  id: string,
  actor: Actor,
  { assignee, ...standing }: KeptStanding,
): Promise<void> =>
  writeGroupEvent(transaction, id, {
    actor: actor.name,
    kind: 'grouping',
    text: `stands by itself again: ${sayStanding(standing)}, ${assignee === null ? 'assigned to nobody' : `assigned to ${assignee}`}`,
  })
