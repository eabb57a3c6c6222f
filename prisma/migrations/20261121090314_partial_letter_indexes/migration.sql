-- DropIndex
DROP INDEX "dead_letter_replay_item_id_idx";

-- DropIndex
DROP INDEX "dead_letter_trace_id_idx";

CREATE INDEX "dead_letter_trace_id_idx" ON "dead_letter" ("trace_id") WHERE "trace_id" IS NOT NULL;
CREATE INDEX "dead_letter_replay_item_id_idx" ON "dead_letter" ("replay_item_id") WHERE "replay_item_id" IS NOT NULL;
