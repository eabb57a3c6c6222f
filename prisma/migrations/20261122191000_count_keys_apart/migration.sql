-- Keys are counted beside the index, once for many of its batches. All letters are counted once more: adding a key twice
-- changes nothing.
-- CreateTable
CREATE TABLE "key_counting" (
    "connection_id" TEXT NOT NULL,
    "counted_id" BIGINT NOT NULL DEFAULT 0,
    "seen_id" BIGINT NOT NULL DEFAULT 0,
    "seen_before" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "key_counting_pkey" PRIMARY KEY ("connection_id")
);

-- Every batch of letters changes when groups were last seen: with an index on that, and on full pages, each change was a
-- new entry in all indexes (PostgreSQL: heap-only tuples), and the table grew to a hundred times its rows.
DROP INDEX "failure_group_connection_id_last_seen_at_idx";
ALTER TABLE "failure_group" SET (fillfactor = 50);
ALTER TABLE "failure_group_keys" SET (fillfactor = 50);

-- A changed row is written whole, and most of a group is its stack trace.
-- CreateTable
CREATE TABLE "failure_group_stack" (
    "failure_group_id" TEXT NOT NULL,
    "stack" TEXT NOT NULL,

    CONSTRAINT "failure_group_stack_pkey" PRIMARY KEY ("failure_group_id")
);
INSERT INTO "failure_group_stack" ("failure_group_id", "stack") SELECT "id", "stack" FROM "failure_group" WHERE "stack" IS NOT NULL;
-- AlterTable
ALTER TABLE "failure_group" DROP COLUMN "stack";
