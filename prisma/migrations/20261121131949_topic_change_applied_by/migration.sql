-- AlterTable
ALTER TABLE "topic_change" ADD COLUMN     "applied_by" TEXT;
