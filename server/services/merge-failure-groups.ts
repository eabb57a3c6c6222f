import { openGroupStates } from '#server/contracts/choices.ts'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import type { Result } from '#server/domain/result.ts'
import { succeed } from '#server/domain/result.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import { writeAssignee, writeGroupEvent } from '#server/repositories/failure-group-standings.ts'
import { insertGroupChange } from '#server/repositories/failure-grouping.ts'
import { type MergeFacts, readKeptStanding } from '#server/repositories/merged-standings.ts'
import {
  copyStanding,
  holdGroups,
  moveReplays,
  writeMergedInto,
} from '#server/repositories/regrouped-groups.ts'
import { changeGrouping } from './change-grouping.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'
import { showFailureGroup } from './show-failure-group.ts'

const openStates = new Set<string>(openGroupStates)

/**
 * Makes failure groups part of another one: their letters are its letters from now on, also those yet to come, their
 * notes and history are shown with its own, and their ids lead to it. It keeps its state and who works on it; where it
 * is closed and one of them is open, or nobody works on it, it takes that from the largest of them that has it. Undone
 * by `undoGroupChange`.
 */
export const mergeFailureGroups = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { groups, into }: { readonly groups: readonly string[]; readonly into: string },
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const sources = [...new Set(groups)].sort()
  if (sources.includes(into)) return invalid('groups: a group can not become part of itself.')
  const merged = await changeGrouping(deps, connection, actor, async (transaction, grouping) => {
    const held = await holdGroups(transaction, connection.id, [...sources, into])
    const target = held.get(into)
    if (!target) return notFound(`There is no failure group ${into} on ${connection.name}.`)
    const found = sources.flatMap((id) => held.get(id) ?? [])
    const [missing] = sources.filter((id) => !held.has(id))
    if (missing !== undefined) return notFound(`There is no failure group ${missing} on ${connection.name}.`)
    const [gone] = [target, ...found].filter(({ mergedInto }) => mergedInto !== null)
    if (gone) return invalid(`The group ${gone.title} is part of another one by now.`)
    const largest = [...found].sort((a, b) => b.letters - a.letters)
    const open = largest.find(({ state }) => openStates.has(state))
    const isReopened = open !== undefined && !openStates.has(target.state)
    const assigned = target.assignee === null ? largest.find(({ assignee }) => assignee !== null) : undefined
    for (const source of largest) {
      const before = await readKeptStanding(transaction, connection.id, into)
      if (isReopened && source === open) await copyStanding(transaction, source.id, into, false)
      if (source === assigned) await writeAssignee(transaction, into, source.assignee)
      const after = await readKeptStanding(transaction, connection.id, into)
      const replays = await moveReplays(transaction, connection.id, source.id, into)
      await insertGroupChange(transaction, connection.id, {
        kind: 'merge',
        source: source.id,
        target: into,
        homes: grouping.homesOf(source.id),
        condition: null,
        facts: { replays, ...(before && after ? { before, after } : {}) } satisfies MergeFacts,
        by: actor.name,
      })
      const letters = sayMany(source.letters, 'letter')
      await writeGroupEvent(transaction, source.id, {
        actor: actor.name,
        kind: 'grouping',
        text: `merged into ${target.title} with its ${letters}`,
      })
    }
    await writeMergedInto(transaction, sources, into)
    const titles = found.map(({ title }) => title).join('; ')
    await writeGroupEvent(transaction, into, {
      actor: actor.name,
      kind: 'grouping',
      text: `took in ${titles}${isReopened ? `: open again, as that one is ${open.state}` : ''}`,
    })
    return succeed({
      kind: 'merge' as const,
      groups: sources,
      readsRecords: false,
      value: null,
      audit: {
        action: 'merge failure groups',
        target: into,
        detail: `${titles} into ${target.title}`,
        about: [...sources, into].map((id) => ({ kind: 'failure-group' as const, id })),
        facts: { selection: { groups: sources.join(', '), into } },
      },
    })
  })
  return merged.ok ? showFailureGroup(deps, connection, into, call) : merged
}
