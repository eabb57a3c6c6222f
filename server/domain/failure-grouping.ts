import type { GroupingRule, SplitCondition } from '#server/contracts/failure-grouping.ts'
import type { RawHeader } from './dead-letter.ts'
import type { FingerprintRule } from './fingerprint.ts'
import { compileRules, hasParts } from './grouping-rules.ts'
import type { LetterFacts } from './letter-facts.ts'

/** A merge of `source` into `target`, or a split of `target` off `source`, made by hand. */
export type GroupChange = {
  readonly id: bigint
  readonly kind: 'merge' | 'split'
  readonly source: string
  readonly target: string
  /** What led to the source when it was made: fingerprints, and groups that were split off before. */
  readonly homes: readonly string[]
  readonly condition: SplitCondition | null
}

/** By what letters become failure groups, as it is kept: grows its version with every change. */
export type KeptGrouping = {
  readonly version: bigint
  readonly rules: readonly GroupingRule[]
  /** Those that hold, in the order in which they were made. */
  readonly changes: readonly GroupChange[]
}

/** What of a letter a split may ask for. `header` answers undefined when its record is gone. */
export type SplitFacts = {
  readonly topic: string
  readonly message: string | null
  readonly header: (name: string) => readonly string[] | undefined
  /** Where it led by now, from its fingerprint on: what counts for a header that nobody can read any more. */
  readonly homes: readonly string[]
}

export type Grouping = {
  readonly version: bigint
  readonly rules: readonly GroupingRule[]
  readonly changes: readonly GroupChange[]
  readonly ruleOf: (topic: string) => FingerprintRule | undefined
  /** The group that a home leads to by merges. */
  readonly groupOf: (home: string) => string
  /** Everything that leads to a group. */
  readonly homesOf: (group: string) => readonly string[]
}

/** How splits ask for the headers of a record. */
export const headerOf =
  ({ headers }: { readonly headers: readonly RawHeader[] }): SplitFacts['header'] =>
  (name) =>
    headers.flatMap((one) =>
      one.name === name && one.value !== null ? [Buffer.from(one.value).toString('utf8')] : [],
    )

/** Whether a letter is one of those that a split names; undefined: its headers would tell, and are not known. */
export const isNamedBy = (
  condition: SplitCondition,
  { topic, message, header }: SplitFacts,
): boolean | undefined => {
  if (condition.topic !== undefined && condition.topic !== topic) return false
  if (condition.message !== undefined && !hasParts(message ?? '', condition.message)) return false
  if (condition.header === undefined) return true
  return header(condition.header.name)?.includes(condition.header.value)
}

/** Prepares what is kept for being asked of many letters. */
export const compileGrouping = ({ version, rules, changes }: KeptGrouping): Grouping => {
  const aliases = new Map<string, string>()
  for (const { kind, homes, target } of changes)
    if (kind === 'merge') for (const home of homes) aliases.set(home, target)
  const groupOf = (home: string): string => aliases.get(home) ?? home
  return {
    version,
    rules,
    changes,
    ruleOf: compileRules(rules),
    groupOf,
    homesOf: (group) => [
      ...(aliases.has(group) ? [] : [group]),
      ...[...aliases].filter(([, target]) => target === group).map(([home]) => home),
    ],
  }
}

/** What a failure group that a re-grouping makes is told by. */
export type NewGroup = Pick<
  LetterFacts,
  'errorClass' | 'rootCause' | 'message' | 'frame' | 'stack' | 'originTopic' | 'group'
> & { readonly id: string; readonly from: string }

export type GroupedLetter = {
  readonly failureGroupId: string
  /** Its fingerprint and the groups that it was split off to, joined by commas; null where that is just its group. */
  readonly homes: string | null
}

/**
 * The group of a letter: from its fingerprint on, splits lead it to other homes in the order in which they were made, and
 * merges lead its last home to its group.
 */
export const groupLetter = (
  { changes, groupOf }: Grouping,
  fingerprint: string,
  facts: SplitFacts,
): GroupedLetter => {
  const homes = [fingerprint]
  let home = fingerprint
  for (const { kind, homes: from, target, condition } of changes) {
    if (kind !== 'split' || condition === null || !from.includes(home)) continue
    if (isNamedBy(condition, facts) ?? facts.homes.includes(target)) {
      homes.push(target)
      home = target
    }
  }
  const failureGroupId = groupOf(home)
  const isPlain = homes.length === 1 && failureGroupId === fingerprint
  return { failureGroupId, homes: isPlain ? null : homes.join(',') }
}

/** A letter's homes from what is kept of them, its fingerprint first. */
export const homesOfLetter = (failureGroupId: string, homes: string | null): readonly string[] =>
  homes === null ? [failureGroupId] : homes.split(',')

/** Whether a split of letters with such homes asks for headers, which stand in the records alone. */
export const needsHeaders = (changes: readonly GroupChange[], homes: readonly string[]): boolean =>
  changes.some(
    ({ kind, condition, homes: from }) =>
      kind === 'split' && condition?.header !== undefined && from.some((home) => homes.includes(home)),
  )

/** Why a change can not be undone now; null: it can. */
export const refuseUndo = (changes: readonly GroupChange[], id: bigint): string | null => {
  const change = changes.find((one) => one.id === id)
  if (!change) return 'It does not hold any more.'
  const later = changes.filter((one) => one.id > id)
  if (change.kind === 'merge')
    return later.some((one) => one.kind === 'merge' && one.source === change.target)
      ? 'The group that it was merged into is part of another one since: undo that first.'
      : null
  if (
    later.some(
      (one) => one.kind === 'merge' && (one.source === change.target || one.target === change.target),
    )
  )
    return 'The group that was split off is merged with another one since: undo that first.'
  return later.some((one) => one.kind === 'split' && one.homes.includes(change.target))
    ? 'Of the group that was split off, another one was split off since: undo that first.'
    : null
}
