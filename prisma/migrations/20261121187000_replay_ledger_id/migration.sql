-- AlterTable
ALTER TABLE "replay" ADD COLUMN     "ledger_topic_id" TEXT;
