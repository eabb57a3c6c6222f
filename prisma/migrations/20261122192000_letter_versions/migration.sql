-- Headers that name a version are kept with each letter: their distribution is told of thousands, without the broker.
-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN "versions" TEXT;

-- Letters that were indexed before are looked through once, which tells as well when the messages that died were written:
-- by a re-grouping that Spillway has begun already, or by one of its own.
UPDATE "regrouping" AS r
SET "groups" = '{}', "position" = 0, "looked" = 0, "gone" = 0,
  "up_to" = (SELECT coalesce(max("id"), 0) FROM "dead_letter"),
  "total" = (SELECT coalesce(sum("letters"), 0) FROM "failure_group" g WHERE g."connection_id" = r."connection_id")
WHERE r."kind" = 'built-in' AND r."finished_at" IS NULL;

INSERT INTO "regrouping" ("connection_id", "kind", "groups", "groups_before", "before", "up_to", "total", "started_by")
SELECT g."connection_id", 'built-in',
  array_agg(g."id"),
  array_agg(g."id"),
  count(*) FILTER (WHERE g."merged_into" IS NULL),
  (SELECT coalesce(max("id"), 0) FROM "dead_letter"),
  sum(g."letters"),
  'Spillway'
FROM "failure_group" AS g
WHERE g."letters" > 0
  AND NOT EXISTS (SELECT FROM "regrouping" r WHERE r."connection_id" = g."connection_id" AND r."finished_at" IS NULL)
GROUP BY g."connection_id";
