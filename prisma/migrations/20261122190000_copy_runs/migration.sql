-- Where copies stand, by runs of neighbours: an index on the items' own offsets, or on their outcomes, would make every
-- change of an outcome a new entry in each of their indexes (PostgreSQL: heap-only tuples).
-- CreateTable
CREATE TABLE "replay_copy_run" (
    "replay_id" UUID NOT NULL,
    "target_topic" TEXT NOT NULL,
    "target_partition" INTEGER NOT NULL,
    "first_offset" BIGINT NOT NULL,
    "last_offset" BIGINT NOT NULL,
    "item_ids" BIGINT[],

    CONSTRAINT "replay_copy_run_pkey" PRIMARY KEY ("replay_id", "target_topic", "target_partition", "first_offset"),
    CONSTRAINT "replay_copy_run_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX "replay_copy_run_place_idx" ON "replay_copy_run" ("target_topic", "target_partition", ("first_offset" / 1000));

INSERT INTO "replay_copy_run" ("replay_id", "target_topic", "target_partition", "first_offset", "last_offset", "item_ids")
SELECT replay_id, target_topic, target_partition, min(target_offset), max(target_offset), array_agg(id ORDER BY target_offset)
FROM (
    SELECT DISTINCT ON (replay_id, target_topic, target_partition, target_offset) *,
      target_offset - dense_rank() OVER (PARTITION BY replay_id, target_topic, target_partition ORDER BY target_offset) AS run
    FROM replay_item WHERE target_partition IS NOT NULL AND target_offset IS NOT NULL
    ORDER BY replay_id, target_topic, target_partition, target_offset, id DESC
) placed GROUP BY replay_id, target_topic, target_partition, run, target_offset / 1000;

DROP INDEX "replay_item_target_idx";
DROP INDEX "replay_item_replay_id_outcome_idx";
ALTER TABLE "replay_item" SET (fillfactor = 50);
