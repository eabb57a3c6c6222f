/** Runs end where a new thousand of offsets begins: whoever looks for a copy knows which of them it can be in. */
const runLength = 1_000

/**
 * A statement that keeps where copies stand, as runs of neighbouring offsets, of a relation with the columns `id`,
 * `replay_id`, `target_topic`, `target_partition` and `target_offset` of items. What was kept before is replaced.
 */
export const keepRunsOf = (items: string): string => `
  INSERT INTO replay_copy_run AS known (replay_id, target_topic, target_partition, first_offset, last_offset, item_ids)
  SELECT replay_id, target_topic, target_partition, min(target_offset), max(target_offset), array_agg(id ORDER BY target_offset)
  FROM (SELECT *, target_offset - row_number() OVER (
      PARTITION BY replay_id, target_topic, target_partition ORDER BY target_offset) AS run
    FROM ${items} WHERE target_partition IS NOT NULL AND target_offset IS NOT NULL) AS placed
  GROUP BY replay_id, target_topic, target_partition, run, target_offset / ${runLength}
  ON CONFLICT (replay_id, target_topic, target_partition, first_offset) DO UPDATE
    SET last_offset = excluded.last_offset, item_ids = excluded.item_ids WHERE excluded.last_offset >= known.last_offset`

/** Joins the items `i` whose copies stand at a place; which connection it is on, their replays tell. */
export const joinItemsAt = (topic: string, partition: string, offset: string): string => `
  JOIN replay_copy_run AS run ON run.target_topic = ${topic} AND run.target_partition = ${partition}
    AND run.first_offset / ${runLength} = ${offset} / ${runLength} AND ${offset} BETWEEN run.first_offset AND run.last_offset
  JOIN replay_item AS i ON i.id = run.item_ids[(${offset} - run.first_offset)::int + 1] AND i.target_offset = ${offset}`
