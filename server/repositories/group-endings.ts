/** What tells when the first of a failure group's letters, origin records and messages go. */
export type EndingGroup = {
  readonly id: string
  readonly state: string
  readonly originTopic: string | null
  readonly deadLetterTopics: readonly string[]
  /** Of the newest letter: its record holds no payload. */
  readonly isPointer: boolean
  /** The newest letter tells where the message that died stands, and its timestamp. */
  readonly tellsOrigin: boolean
  /** When the oldest letter died that the index has of it; null: not known just now. */
  readonly oldestAtMs: number | null
  /** When the first of the messages that died was written, as far as letters tell, else died; null: not known just now. */
  readonly oldestOriginAtMs: number | null
  /** All of its letters are known to tell where the message stands that died, and when it was written. */
  readonly allTellOrigin: boolean
}

/** In the order of `endingColumns`. */
export type EndingRow = readonly [
  state: string,
  originTopic: string | null,
  /** Names without a line break, one a line; empty or null: none. */
  topics: string | null,
  isPointer: boolean | null,
  tellsOrigin: boolean | null,
  oldestMs: number | null,
  oldestOriginMs: number | null,
  allTellOrigin: boolean,
]

/** Whether a group is open and has a replay under way; `$1` is the connection. */
const isReplaying = `g.state IN ('new', 'known', 'investigating', 'fix-out') AND g.id IN (
  SELECT failure_group_id FROM replay WHERE connection_id = $1 AND failure_group_id IS NOT NULL
    AND started_at IS NOT NULL AND finished_at IS NULL AND state NOT IN ('planned', 'done', 'cancelled', 'failed'))`

/** The state of a failure group `g` as it is shown; `$1` is the connection. */
export const shownState = `CASE WHEN ${isReplaying} THEN 'replaying' ELSE g.state END`

/** Milliseconds since the epoch: by `date_part`, since `extract` counts in decimals and takes four times as long. */
export const msOf = (column: string): string => `(date_part('epoch', ${column}) * 1000)`

/** Of a failure group `g`; `$1` is the connection. */
export const endingColumns = `${shownState} AS state, g.origin_topic, array_to_string(g.dead_letter_topics, E'\\n') AS topics,
  g.sample_is_pointer, g.sample_tells_origin, ${msOf('g.oldest_at')} AS oldest_ms, ${msOf('g.oldest_origin_at')} AS oldest_origin_ms,
  coalesce(g.all_tell_origin, false) AS all_tell_origin`

export const namesOf = (lines: string | null): string[] => (lines ? lines.split('\n') : [])

export const endingOf = (
  id: string,
  [state, originTopic, topics, isPointer, tellsOrigin, oldestMs, oldestOriginMs, allTellOrigin]: EndingRow,
): EndingGroup => ({
  id,
  state,
  originTopic,
  deadLetterTopics: namesOf(topics),
  isPointer: isPointer ?? false,
  tellsOrigin: tellsOrigin ?? false,
  oldestAtMs: oldestMs === null ? null : Math.round(oldestMs),
  oldestOriginAtMs: oldestOriginMs === null ? null : Math.round(oldestOriginMs),
  allTellOrigin,
})
