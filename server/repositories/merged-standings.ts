import type { GroupStanding } from '#server/domain/failure-group-state.ts'
import { lockFailureGroup } from './failure-group-standings.ts'
import type { Transaction } from './run-in-transaction.ts'

/** State and assignee of a failure group, as a merge keeps them for its undoing. */
export type KeptStanding = GroupStanding & { readonly assignee: string | null }

/** What undoing a merge brings back: replays that were moved, and the target's standing before and right after it. */
export type MergeFacts = {
  readonly replays: readonly string[]
  /** Unknown for merges that were made before it was kept. */
  readonly before?: KeptStanding
  readonly after?: KeptStanding
}

/** State and assignee of a group, which the transaction then holds. */
export const readKeptStanding = async (
  transaction: Transaction,
  connectionId: string,
  id: string,
): Promise<KeptStanding | null> => {
  const group = await lockFailureGroup(transaction, connectionId, id)
  return group && { ...group.standing, assignee: group.assignee }
}

/** Says what the target of a merge that still holds had before it, where an earlier merge was undone. */
export const writeStandingBefore = async (
  transaction: Transaction,
  changeId: bigint,
  before: KeptStanding,
): Promise<void> => {
  await transaction.query(
    `UPDATE failure_group_change SET facts = jsonb_set(facts, '{before}', $2::jsonb) WHERE id = $1 AND facts ? 'before'`,
    [changeId.toString(), JSON.stringify(before)],
  )
}

/** Letters of one side of a merge: how many, and when the newest came since the merge; null: none did. */
export type SideLetters = { readonly letters: number; readonly arrivedAtMs: number | null }

/** The letters of a merge's target by the side that they go to when it is undone. `homes`: what led to the source. */
export const countSides = async (
  transaction: Transaction,
  { id, target, homes }: { readonly id: bigint; readonly target: string; readonly homes: readonly string[] },
): Promise<{ readonly source: SideLetters; readonly target: SideLetters }> => {
  const { rows } = await transaction.query<{ is_source: boolean; letters: number; arrived: Date | null }>(
    `SELECT coalesce((string_to_array(l.homes, ','))[cardinality(string_to_array(l.homes, ','))] = ANY($3::text[]), false) AS is_source,
       count(*)::int AS letters, max(l.indexed_at) FILTER (WHERE l.indexed_at > c.made_at) AS arrived
     FROM dead_letter l JOIN failure_group_change c ON c.id = $1
     WHERE l.failure_group_id = $2 GROUP BY 1`,
    [id.toString(), target, homes],
  )
  const sideOf = (isSource: boolean): SideLetters => {
    const row = rows.find(({ is_source }) => is_source === isSource)
    return { letters: row?.letters ?? 0, arrivedAtMs: row?.arrived?.getTime() ?? null }
  }
  return { source: sideOf(true), target: sideOf(false) }
}
