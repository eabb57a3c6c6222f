-- Hosts in messages do not tell failures apart any more. Letters that are grouped by their message are looked through
-- again: those of groups without a frame, or all where a rule takes the message of every letter.
UPDATE "failure_grouping" SET "version" = "version" + 1;

INSERT INTO "regrouping" ("connection_id", "kind", "groups", "groups_before", "before", "up_to", "total", "started_by")
SELECT g."connection_id", 'built-in',
  CASE WHEN bool_or(always.is) THEN ARRAY[]::TEXT[] ELSE array_agg(g."id") FILTER (WHERE g."frame" IS NULL) END,
  array_agg(g."id"),
  count(*) FILTER (WHERE g."merged_into" IS NULL),
  (SELECT coalesce(max("id"), 0) FROM "dead_letter"),
  sum(g."letters") FILTER (WHERE always.is OR g."frame" IS NULL),
  'Spillway'
FROM "failure_group" g, LATERAL (
  SELECT EXISTS (
    SELECT FROM "failure_grouping" f, jsonb_array_elements(f."rules") AS rule
    WHERE f."connection_id" = g."connection_id" AND rule ->> 'byMessage' = 'always') AS is
) AS always
WHERE g."letters" > 0
GROUP BY g."connection_id"
HAVING bool_or(always.is) OR bool_or(g."frame" IS NULL);
