-- How many letters a topic has is asked whenever its list is looked at: the index counts them as it writes them.
-- AlterTable
ALTER TABLE "index_position" ADD COLUMN "letters" BIGINT NOT NULL DEFAULT 0;

UPDATE "index_position" AS p SET "letters" = counted."letters"
FROM (SELECT "connection_id", "topic", "partition", count(*) AS "letters" FROM "dead_letter" GROUP BY 1, 2, 3) AS counted
WHERE p."connection_id" = counted."connection_id" AND p."topic" = counted."topic" AND p."partition" = counted."partition";
