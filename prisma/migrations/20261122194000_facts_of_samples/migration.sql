-- What the inbox tells of a thousand groups is kept with them: a letter of each, and the oldest, were looked up one by one.
-- AlterTable
ALTER TABLE "failure_group" ADD COLUMN "oldest_at" TIMESTAMPTZ(3),
ADD COLUMN "oldest_origin_at" TIMESTAMPTZ(3),
ADD COLUMN "all_tell_origin" BOOLEAN,
ADD COLUMN "sample_confidence" TEXT,
ADD COLUMN "sample_is_pointer" BOOLEAN,
ADD COLUMN "sample_tells_origin" BOOLEAN;

UPDATE "failure_group" AS g
SET "oldest_at" = (SELECT min("died_at") FROM "dead_letter" WHERE "failure_group_id" = g."id"),
  "sample_confidence" = l."confidence",
  "sample_is_pointer" = l."is_pointer",
  "sample_tells_origin" = l."origin_at" IS NOT NULL AND l."origin_partition" IS NOT NULL AND l."origin_offset" IS NOT NULL
FROM "dead_letter" AS l
WHERE l."id" = g."sample_letter_id" AND l."failure_group_id" = g."id";
