-- Trends are kept packed now: see pack-points.ts. They are counted anew within seconds.
DELETE FROM "failure_group_trend";
