import type { PlanReplayRequest } from '#server/contracts/replays.ts'
import { unpackIds } from '#server/domain/id-ranges.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { LetterFilter, LetterRecord } from '#server/repositories/dead-letters.ts'
import { findStandingGroup } from '#server/repositories/failure-grouping.ts'
import { findLetterEdit } from '#server/repositories/letter-edits.ts'
import { listAllLetters } from '#server/repositories/list-all-letters.ts'
import { findReplay } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'

const largestSelection = 100_000

/** The letters that a selection names: a failure group's, those picked by hand, all that fit a filter, or a plan's again. */
export const selectLetters = async (
  deps: Deps,
  connection: Connection,
  { selection }: PlanReplayRequest,
): Promise<Result<readonly LetterRecord[], Fault>> => {
  const filter = await filterOf(deps, connection, selection)
  if (!filter.ok) return filter
  const found = await listAllLetters(deps.db, connection.id, filter.value, largestSelection + 1)
  const letters =
    selection.originTopic === undefined
      ? found
      : found.filter(({ originTopic }) => originTopic === selection.originTopic)
  if (letters.length === 0) return invalid('selection: no dead letter fits it.')
  if (letters.length > largestSelection)
    return invalid(
      `selection: more than ${largestSelection} dead letters; choose fewer, for example by their topic.`,
    )
  return succeed(letters)
}

const filterOf = async (
  deps: Deps,
  connection: Connection,
  { failureGroupId, letterIds, filter, planId }: PlanReplayRequest['selection'],
): Promise<Result<LetterFilter, Fault>> => {
  if (planId !== undefined) {
    const plan = await findReplay(deps.db, connection.id, planId)
    if (!plan) return notFound(`There is no replay plan ${planId}.`)
    if (await findLetterEdit(deps.db, planId))
      return invalid('selection.planId: that plan sends an edited letter; edit it anew.')
    const { letterIds: ids } = plan.plan.selected ?? {}
    return ids
      ? succeed({ ids: unpackIds(ids) })
      : invalid('selection.planId: this plan was made before plans kept what was selected; choose again.')
  }
  const hasFilter = filter && Object.values(filter).some((one) => one !== undefined)
  if (failureGroupId === undefined && !hasFilter && (letterIds === undefined || letterIds.length === 0))
    return invalid('selection: name a failure group, a filter, or at least one dead letter.')
  if ([...(letterIds ?? []), ...(filter?.upToId ? [filter.upToId] : [])].some((id) => !/^\d{1,18}$/.test(id)))
    return invalid('selection: these are not ids of dead letters.')
  const group = failureGroupId ?? filter?.failureGroup
  return succeed({
    failureGroupId: group && (await findStandingGroup(deps.db, connection.id, group)),
    topic: filter?.topic,
    key: filter?.key,
    standing: filter?.standing,
    q: filter?.q,
    upToId: filter?.upToId === undefined ? undefined : BigInt(filter.upToId),
    ids: letterIds?.map(BigInt),
  })
}
