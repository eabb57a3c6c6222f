-- Re-grouping tells of letters anew by which error they died. Those that were indexed before that was kept are looked
-- through once: by a re-grouping that Spillway has begun already, or by one of its own.
UPDATE "regrouping" AS r
SET "groups" = '{}', "position" = 0, "looked" = 0, "gone" = 0,
  "up_to" = (SELECT coalesce(max("id"), 0) FROM "dead_letter"),
  "total" = (SELECT coalesce(sum("letters"), 0) FROM "failure_group" g WHERE g."connection_id" = r."connection_id")
WHERE r."kind" = 'built-in' AND r."finished_at" IS NULL
  AND EXISTS (SELECT FROM "dead_letter" l WHERE l."connection_id" = r."connection_id" AND l."error_key" IS NULL);

INSERT INTO "regrouping" ("connection_id", "kind", "groups", "groups_before", "before", "up_to", "total", "started_by")
SELECT g."connection_id", 'built-in',
  array_agg(g."id") FILTER (WHERE g.is_due),
  array_agg(g."id"),
  count(*) FILTER (WHERE g."merged_into" IS NULL),
  (SELECT coalesce(max("id"), 0) FROM "dead_letter"),
  sum(g."letters") FILTER (WHERE g.is_due),
  'Spillway'
FROM (
  SELECT *, EXISTS (SELECT FROM "dead_letter" l WHERE l."failure_group_id" = "failure_group"."id" AND l."error_key" IS NULL) AS is_due
  FROM "failure_group" WHERE "letters" > 0
) AS g
WHERE NOT EXISTS (SELECT FROM "regrouping" r WHERE r."connection_id" = g."connection_id" AND r."finished_at" IS NULL)
GROUP BY g."connection_id"
HAVING bool_or(g.is_due);
