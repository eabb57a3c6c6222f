import type { GroupingPreview, GroupingRule } from '#server/contracts/failure-grouping.ts'
import { compileGrouping } from '#server/domain/failure-grouping.ts'
import { normaliseMessage } from '#server/domain/normalise-message.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { readGrouping } from '#server/repositories/failure-grouping.ts'
import {
  readGroupedTopics,
  readNewestOfGroups,
  readStandingGroups,
} from '#server/repositories/preview-letters.ts'
import { readStacks } from '#server/repositories/regrouped-groups.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { changedTopics, decideGroups } from './regroup-letters.ts'

/** So many letters are looked at in all, spread over the groups. */
const lookedAtMost = 4_000
const shown = 30

/**
 * What rules would make of the failure groups: told of their newest letters, of all where there are few. Reads records, as
 * the re-grouping itself does.
 */
export const previewGrouping = async (
  deps: Deps,
  connection: Connection,
  rules: readonly GroupingRule[],
  call: Call,
): Promise<Result<GroupingPreview, Fault>> => {
  const before = await readGrouping(deps.db, connection.id)
  const all = await readGroupedTopics(deps.db, connection.id)
  // Groups without letters of a topic whose rule changes stay as they are.
  const topics = all.topics.filter(changedTopics(before.rules, rules))
  const { groups, letters, total } = await readNewestOfGroups(deps.db, connection.id, topics, lookedAtMost)
  const grouping = compileGrouping({ version: before.version, rules, changes: before.changes })
  const decided = await decideGroups(
    connection,
    grouping,
    { kind: 'rules', rulesBefore: before.rules },
    letters,
    (ids) => readStacks(deps.db, ids),
    call,
  )
  if (!decided.ok) return fail(faultOf(decided.error))
  const goes = new Map(decided.value.moves.map(({ id, failureGroupId }) => [id, failureGroupId]))
  const made = new Map(decided.value.groups.map((one) => [one.id, one]))
  const into = new Map<string, Map<string, number>>()
  const from = new Map<string, Set<string>>()
  for (const { id, failureGroupId } of letters) {
    const target = goes.get(id) ?? failureGroupId
    const counts = into.get(failureGroupId) ?? new Map<string, number>()
    into.set(failureGroupId, counts.set(target, (counts.get(target) ?? 0) + 1))
    from.set(target, (from.get(target) ?? new Set()).add(failureGroupId))
  }
  // Groups of topics whose rule does not change, which letters of others come to: they are among the groups of now.
  const joined = await readStandingGroups(
    deps.db,
    connection.id,
    [...from.keys()].filter((id) => !into.has(id)),
  )
  for (const { id, letters: count } of joined) {
    into.set(id, new Map([[id, count]]))
    from.get(id)?.add(id)
  }
  const known = new Map([...groups, ...joined].map((group) => [group.id, group]))
  const titleOf = (id: string): string => {
    const one = made.get(id)
    if (!one) return known.get(id)?.title ?? id
    const name = [
      one.rootCause ?? one.errorClass ?? 'Unknown error',
      one.frame === null ? null : `at ${one.frame}`,
    ]
    const isByMessage = grouping.rules.some(({ byMessage }) => byMessage === 'always') || one.frame === null
    const message = isByMessage && one.message !== null ? normaliseMessage(one.message).slice(0, 500) : null
    return [...name, message].filter((part) => part !== null).join(' ')
  }
  const merging = [...from.values()].filter((sources) => sources.size > 1)
  const splitting = [...into].filter(([, targets]) => targets.size > 1)
  const merges = before.changes.filter(({ kind }) => kind === 'merge').map(({ target }) => target)
  const changed = new Set(
    letters.flatMap(({ id, failureGroupId }) => (goes.get(id) === failureGroupId ? [] : [failureGroupId])),
  )
  return succeed({
    now: all.groups,
    after: all.groups - into.size + from.size,
    merging: merging.slice(0, shown).map((sources) => ({
      groups: [...sources].flatMap((id) => known.get(id) ?? []).slice(0, shown),
    })),
    splitting: splitting.slice(0, shown).map(([id, targets]) => ({
      group: known.get(id) ?? { id, title: id, letters: 0 },
      into: [...targets]
        .sort((a, b) => b[1] - a[1])
        .slice(0, shown)
        .map(([target, count]) => ({ title: titleOf(target), letters: count })),
    })),
    merged: new Set(merging.flatMap((sources) => [...sources])).size,
    split: splitting.length,
    lookedAt: letters.length,
    total,
    gone: decided.value.gone,
    comingApart: new Set(merges.filter((target) => changed.has(target))).size,
  })
}
