-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "error_key" BIGINT;
