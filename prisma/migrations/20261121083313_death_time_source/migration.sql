-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "death_time_source" TEXT NOT NULL DEFAULT 'record';

UPDATE "dead_letter" SET "death_time_source" = CASE "convention" WHEN 'kafka-connect' THEN 'origin' ELSE 'unknown' END
WHERE "convention" IN ('kafka-connect', 'unrecognised');
