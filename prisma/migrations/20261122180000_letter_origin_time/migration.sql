-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "origin_at" TIMESTAMPTZ(3);
