-- AlterTable
ALTER TABLE "replay_item" ADD COLUMN "rehydrated" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "copy_trace_id" TEXT;
