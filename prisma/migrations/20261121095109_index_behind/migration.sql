-- AlterTable
ALTER TABLE "source_freshness" ADD COLUMN     "behind" BIGINT;
