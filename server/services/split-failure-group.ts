import { randomBytes } from 'node:crypto'
import type { SplitCondition, SplitPreview } from '#server/contracts/failure-grouping.ts'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { saySplit } from '#server/contracts/split-words.ts'
import { headerOf, isNamedBy } from '#server/domain/failure-grouping.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listLetters } from '#server/repositories/dead-letters.ts'
import { writeGroupEvent } from '#server/repositories/failure-group-standings.ts'
import { findStandingGroup, insertGroupChange } from '#server/repositories/failure-grouping.ts'
import { holdGroups, insertSplitGroup } from '#server/repositories/regrouped-groups.ts'
import { changeGrouping } from './change-grouping.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid, notFound } from './fault.ts'
import { coordinateKey, visitLetters } from './read-letters.ts'
import { showFailureGroup } from './show-failure-group.ts'

/** How many letters a preview looks at, and how many where it has to read their headers. */
const looked = 5_000
const lookedWithHeaders = 500
const shownSamples = 5

/** Which of the newest letters of a failure group a split would take. */
export const previewSplit = async (
  deps: Deps,
  connection: Connection,
  { id, condition }: { readonly id: string; readonly condition: SplitCondition },
  call: Call,
): Promise<Result<SplitPreview, Fault>> => {
  const limit = condition.header === undefined ? looked : lookedWithHeaders
  const group = await findStandingGroup(deps.db, connection.id, id)
  const found = await listLetters(deps.db, connection.id, { failureGroupId: group }, limit + 1, null)
  const letters = found.slice(0, limit)
  const headers = new Map<string, ReturnType<typeof headerOf>>()
  if (condition.header !== undefined) {
    const { name } = condition.header
    const read = await visitLetters(
      connection,
      letters,
      (message) => {
        const values = headerOf(message)(name)
        headers.set(coordinateKey(message), () => values)
      },
      call,
    )
    if (!read.ok) return fail(faultOf(read.error))
  }
  const matching = letters.filter((letter) => {
    const { topic, message } = letter
    const header = headers.get(coordinateKey(letter)) ?? (() => undefined)
    return isNamedBy(condition, { topic, message, header, homes: [] }) === true
  })
  return succeed({
    matching: matching.length,
    lookedAt: letters.length,
    isAll: found.length <= limit,
    gone: condition.header === undefined ? 0 : letters.length - headers.size,
    samples: matching
      .slice(0, shownSamples)
      .map(({ id: letter, message }) => ({ letterId: letter.toString(), message })),
  })
}

/**
 * Splits those letters of a failure group off that a condition names, and those that come later, into a group of their
 * own, which begins with the state and assignee of the first. Undone by `undoGroupChange`.
 */
export const splitFailureGroup = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, condition }: { readonly id: string; readonly condition: SplitCondition },
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const preview = await previewSplit(deps, connection, { id, condition }, call)
  if (!preview.ok) return preview
  if (preview.value.matching === 0)
    return invalid(`condition: none of the ${preview.value.lookedAt} newest letters of the group fits it.`)
  if (preview.value.isAll && preview.value.matching === preview.value.lookedAt)
    return invalid('condition: all letters of the group fit it, so that nothing would be left.')
  const made = randomBytes(8).toString('hex')
  const words = saySplit(condition)
  const split = await changeGrouping(deps, connection, actor, async (transaction, grouping) => {
    const source = (await holdGroups(transaction, connection.id, [id])).get(id)
    if (!source) return notFound(`There is no failure group ${id} on ${connection.name}.`)
    if (source.mergedInto !== null) return invalid(`The group ${source.title} is part of another one by now.`)
    await insertSplitGroup(transaction, id, made, words)
    await insertGroupChange(transaction, connection.id, {
      kind: 'split',
      source: id,
      target: made,
      homes: grouping.homesOf(id),
      condition,
      facts: null,
      by: actor.name,
    })
    await writeGroupEvent(transaction, id, {
      actor: actor.name,
      kind: 'grouping',
      text: `letters ${words} were split off`,
    })
    await writeGroupEvent(transaction, made, {
      actor: actor.name,
      kind: 'grouping',
      text: `split off ${source.title}: letters ${words}`,
    })
    return succeed({
      kind: 'split' as const,
      groups: [id],
      readsRecords: condition.header !== undefined,
      value: null,
      audit: {
        action: 'split failure group',
        target: id,
        detail: `letters ${words}`,
        about: [id, made].map((one) => ({ kind: 'failure-group' as const, id: one })),
        facts: { selection: { group: id, letters: words, 'new group': made } },
      },
    })
  })
  return split.ok ? showFailureGroup(deps, connection, made, call) : split
}
