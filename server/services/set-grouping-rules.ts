import type { FailureGrouping, GroupingRule } from '#server/contracts/failure-grouping.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { changeGrouping } from './change-grouping.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'
import { showGrouping } from './show-grouping.ts'

/**
 * Sets the rules by which letters become failure groups. Letters indexed from now on are grouped by them; those that are
 * there are re-grouped by a worker, with what people have said of their groups.
 */
export const setGroupingRules = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  rules: readonly GroupingRule[],
  call: Call,
): Promise<Result<FailureGrouping, Fault>> => {
  const set = await changeGrouping(deps, connection, actor, async (_, before) => {
    if (JSON.stringify(before.rules) === JSON.stringify(rules))
      return invalid('rules: these are the rules that hold.')
    return succeed({
      kind: 'rules' as const,
      groups: [],
      rules,
      readsRecords: true,
      value: null,
      audit: {
        action: 'set grouping rules',
        target: connection.id,
        detail:
          rules.length === 0
            ? 'none: as Spillway groups by itself'
            : rules.map(sayRule).join('; ').slice(0, 2_000),
        facts: {
          selection: {
            before: before.rules.map((rule) => JSON.stringify(rule)),
            after: rules.map((rule) => JSON.stringify(rule)),
          },
        },
      },
    })
  })
  return set.ok ? showGrouping(deps, connection, call) : set
}

/** A rule as the audit keeps it: `*-dlt by class, origin topic, message always`. */
const sayRule = (rule: GroupingRule): string => {
  const parts = [
    rule.byClass ? 'class' : null,
    rule.byFrame ? 'frame' : null,
    rule.byOriginTopic ? 'origin topic' : null,
    rule.byGroup ? 'consumer group' : null,
    `message ${rule.byMessage.replace('-', ' ')}`,
  ].filter((part) => part !== null)
  return `${rule.topics} by ${parts.join(', ')}`
}
