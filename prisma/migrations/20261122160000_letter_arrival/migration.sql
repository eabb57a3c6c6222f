-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "arrived_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "index_position" ADD COLUMN     "first_end" BIGINT NOT NULL DEFAULT 0;

-- What stood there when the index first read a partition is not known any more: what comes from here on arrives now.
UPDATE "index_position" SET "first_end" = "next_offset";

-- Most letters have none. The second column lets deaths between two times be counted without their rows.
CREATE INDEX "dead_letter_arrived_group" ON "dead_letter"("failure_group_id", "arrived_at", "died_at") WHERE "arrived_at" IS NOT NULL;
CREATE INDEX "dead_letter_arrived" ON "dead_letter"("connection_id", "arrived_at") WHERE "arrived_at" IS NOT NULL;
