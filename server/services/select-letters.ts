import { mostLettersOfPlan } from '#server/contracts/choices.ts'
import type { PlanReplayRequest } from '#server/contracts/replays.ts'
import { unpackIds } from '#server/domain/id-ranges.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { saySelection, sayTooMany } from '#server/domain/say-selection.ts'
import { countLetters } from '#server/repositories/count-letters.ts'
import type { LetterFilter, LetterRecord } from '#server/repositories/dead-letters.ts'
import { findStandingGroup } from '#server/repositories/failure-grouping.ts'
import { findLetterEdit } from '#server/repositories/letter-edits.ts'
import { listAllLetters } from '#server/repositories/list-all-letters.ts'
import { findReplay } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'

/** Letters that were chosen, and how, in words. */
export type SelectedLetters = { readonly letters: readonly LetterRecord[]; readonly words: string }

/**
 * The letters that a selection names: those of failure groups, those picked by hand, all that fit a filter, or a plan's
 * again; at most as many as a plan takes.
 */
export const selectLetters = async (
  deps: Deps,
  connection: Connection,
  { selection }: PlanReplayRequest,
): Promise<Result<SelectedLetters, Fault>> => {
  const chosen = await filterOf(deps, connection, selection)
  if (!chosen.ok) return chosen
  const { filter, words } = chosen.value
  const found = await listAllLetters(deps.db, connection.id, filter, mostLettersOfPlan + 1)
  const letters =
    selection.originTopic === undefined
      ? found
      : found.filter(({ originTopic }) => originTopic === selection.originTopic)
  if (letters.length === 0) return invalid('selection: no dead letter fits it.')
  if (letters.length > mostLettersOfPlan) {
    const fitting = await countLetters(deps.db, connection.id, filter)
    return invalid(`selection: ${sayTooMany(Math.max(fitting, letters.length), mostLettersOfPlan)}`)
  }
  return succeed({ letters, words })
}

type Chosen = { readonly filter: LetterFilter; readonly words: string }

const filterOf = async (
  deps: Deps,
  connection: Connection,
  selection: PlanReplayRequest['selection'],
): Promise<Result<Chosen, Fault>> => {
  const { failureGroupId, failureGroupIds, letterIds, filter = {}, planId, originTopic } = selection
  if (planId !== undefined) {
    const plan = await findReplay(deps.db, connection.id, planId)
    if (!plan) return notFound(`There is no replay plan ${planId}.`)
    if (await findLetterEdit(deps.db, planId))
      return invalid('selection.planId: that plan sends an edited letter; edit it anew.')
    const { letterIds: ids } = plan.plan.selected ?? {}
    const before = plan.plan.selection?.words ?? 'the letters of an earlier plan'
    return ids
      ? succeed({
          filter: { ids: unpackIds(ids) },
          words: originTopic === undefined ? before : `${before}, of these those that died in ${originTopic}`,
        })
      : invalid('selection.planId: this plan was made before plans kept what was selected; choose again.')
  }
  const groups = [failureGroupId ?? filter.failureGroup ?? [], failureGroupIds ?? []].flat()
  const hasFilter = Object.values(filter).some((one) => one !== undefined)
  if (groups.length === 0 && !hasFilter && (letterIds === undefined || letterIds.length === 0))
    return invalid('selection: name a failure group, a filter, or at least one dead letter.')
  if ([...(letterIds ?? []), ...(filter.upToId ? [filter.upToId] : [])].some((id) => !/^\d{1,18}$/.test(id)))
    return invalid('selection: these are not ids of dead letters.')
  const { diedFrom, diedTo } = filter
  if (diedFrom !== undefined && diedTo !== undefined && diedFrom >= diedTo)
    return invalid('selection.filter: diedFrom has to be before diedTo.')
  const standing = [
    ...new Set(await Promise.all(groups.map((id) => findStandingGroup(deps.db, connection.id, id)))),
  ]
  return succeed({
    filter: {
      ...(standing.length === 1 ? { failureGroupId: standing[0] } : {}),
      ...(standing.length > 1 ? { failureGroupIds: standing } : {}),
      topic: filter.topic,
      partition: filter.partition,
      key: filter.key,
      standing: filter.standing,
      q: filter.q,
      diedFrom,
      diedTo,
      upToId: filter.upToId === undefined ? undefined : BigInt(filter.upToId),
      ids: letterIds?.map(BigInt),
    },
    words: saySelection({ picked: letterIds?.length ?? null, groups: groups.length, filter, originTopic }),
  })
}
