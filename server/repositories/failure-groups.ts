import type { GroupStanding } from '#server/domain/failure-group-state.ts'
import type { Database } from './database.ts'
import type { KeyCount } from './failure-group-keys.ts'
import { muteOf } from './failure-group-standings.ts'
import { readTrends, type Trends } from './failure-group-trends.ts'
import {
  type EndingGroup,
  type EndingRow,
  endingColumns,
  endingOf,
  msOf,
  namesOf,
  shownState,
} from './group-endings.ts'

export type FailureGroupRecord = EndingGroup & {
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly frame: string | null
  /** Null in a list of groups. */
  readonly stack: string | null
  readonly group: string | null
  readonly conventions: readonly string[]
  readonly letters: number
  /** Different keys of its letters; null until they are counted, and while they are counted anew. */
  readonly keys: KeyCount | null
  /** Services in the traces of its newest letters, the one that reads first. */
  readonly services: readonly string[]
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  readonly sampleLetterId: bigint | null
  /** How sure the origin of the newest letter is. */
  readonly confidence: string
  readonly stateBy: string | null
  readonly stateAtMs: number | null
  readonly assignee: string | null
  readonly mute: GroupStanding['mute']
  readonly regression: GroupStanding['regression']
  /** Deaths a minute of the last hour, oldest first. */
  readonly trend: readonly number[]
}

const noDeaths: readonly number[] = new Array<number>(60).fill(0)

/** How many failure groups a connection has, by state. */
export const countFailureGroups = async (
  db: Database,
  connectionId: string,
): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await db.pool.query<{ state: string; count: number }>(
    `SELECT ${shownState} AS state, count(*)::int AS count
     FROM failure_group g WHERE connection_id = $1 AND merged_into IS NULL GROUP BY 1`,
    [connectionId],
  )
  return new Map(rows.map(({ state, count }) => [state, count]))
}

/** In the order of the columns that `readGroupRows` selects: pg makes an object of so many far slower than a list. */
type Row = readonly [
  id: string,
  errorClass: string | null,
  rootCause: string | null,
  message: string | null,
  frame: string | null,
  stack: string | null,
  consumerGroup: string | null,
  /** Without line breaks, one a line; empty or null: none. */
  conventions: string | null,
  services: readonly string[] | null,
  letters: number,
  keys: number | null,
  keysExact: boolean | null,
  firstSeenMs: number,
  lastSeenMs: number,
  sampleLetterId: string | null,
  sampleConfidence: string | null,
  stateBy: string | null,
  stateMs: number | null,
  assignee: string | null,
  mutePast: string | null,
  muteAfter: Date | null,
  regression: GroupStanding['regression'],
  ...ending: EndingRow,
]

/** Null while they are counted anew. */
export const keysOf =
  'CASE WHEN NOT g.keys_due AND k.estimate IS NOT NULL THEN least(k.estimate, g.letters)::float8 END'

/**
 * Failure groups of these ids with what is kept beside them, last seen first. Numbers and lists come in the forms that are
 * read fastest: hundreds of groups are read whenever somebody looks at the inbox.
 */
const readGroupRows = async (
  db: Database,
  connectionId: string,
  ids: readonly string[],
  withStack: boolean,
): Promise<readonly Row[]> => {
  const { rows } = await db.pool.query<[...Row]>({
    rowMode: 'array',
    text: `SELECT g.id, g.error_class, g.root_cause, g.message, g.frame, ${withStack ? '(SELECT stack FROM failure_group_stack WHERE failure_group_id = g.id)' : 'NULL'} AS stack,
       g.consumer_group, array_to_string(g.conventions, E'\\n') AS conventions,
       CASE WHEN g.services <> '{}' THEN to_json(g.services) END AS services,
       g.letters::float8 AS letters,
       ${keysOf} AS keys,
       k.is_exact AS keys_exact,
       ${msOf('g.first_seen_at')} AS first_seen_ms, ${msOf('g.last_seen_at')} AS last_seen_ms,
       g.sample_letter_id, g.sample_confidence,
       g.state_by, ${msOf('g.state_at')} AS state_ms, g.assignee,
       CASE WHEN g.state = 'muted' THEN g.mute_past END AS mute_past,
       CASE WHEN g.state = 'muted' THEN g.mute_after END AS mute_after,
       g.regression, ${endingColumns}
     FROM failure_group g LEFT JOIN failure_group_keys k ON k.failure_group_id = g.id
     WHERE g.connection_id = $1 AND g.merged_into IS NULL AND g.id = ANY($2::text[])
     ORDER BY g.last_seen_at DESC`,
    values: [connectionId, ids],
  })
  return rows
}

const recordsOf = (rows: readonly Row[], trends: Trends): FailureGroupRecord[] =>
  rows.map(
    ([
      id,
      errorClass,
      rootCause,
      message,
      frame,
      stack,
      group,
      conventions,
      services,
      letters,
      keys,
      keysExact,
      firstSeenMs,
      lastSeenMs,
      sampleLetterId,
      confidence,
      stateBy,
      stateMs,
      assignee,
      mutePast,
      muteAfter,
      regression,
      ...ends
    ]) => {
      const ending = endingOf(id, ends)
      return {
        ...ending,
        errorClass,
        rootCause,
        message,
        frame,
        stack,
        group,
        conventions: namesOf(conventions),
        letters,
        keys: keys === null ? null : { count: keys, isExact: keysExact ?? true },
        services: services ?? [],
        firstSeenAtMs: Math.round(firstSeenMs),
        lastSeenAtMs: Math.round(lastSeenMs),
        sampleLetterId: sampleLetterId === null ? null : BigInt(sampleLetterId),
        confidence: confidence ?? 'none',
        stateBy,
        stateAtMs: stateMs === null ? null : Math.round(stateMs),
        assignee,
        mute: ending.state === 'muted' ? muteOf(mutePast, muteAfter) : null,
        regression,
        trend: trends.get(id) ?? noDeaths,
      }
    },
  )

/**
 * Failure groups of these ids with their deaths a minute of the last hour, last seen first; of one also its stack.
 * `trends`: of all groups of the connection, where they are read already.
 */
export const readFailureGroups = async (
  db: Database,
  connectionId: string,
  ids: readonly string[],
  trends: Trends | null = null,
): Promise<readonly FailureGroupRecord[]> => {
  const [only = null, ...others] = ids
  if (only === null) return []
  const isOne = others.length === 0
  const [rows, deaths] = await Promise.all([
    readGroupRows(db, connectionId, ids, isOne && trends === null),
    trends ?? readTrends(db, connectionId, isOne ? only : null),
  ])
  return recordsOf(rows, deaths)
}
