-- AlterTable
ALTER TABLE "replay" ADD COLUMN     "ledger_topic_id" TEXT;

-- CreateTable
CREATE TABLE "replay_batch" (
    "id" BIGSERIAL NOT NULL,
    "replay_id" UUID NOT NULL,
    "intent_from" BIGINT NOT NULL,
    "item_ids" BIGINT[],

    CONSTRAINT "replay_batch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "replay_batch_replay_id_idx" ON "replay_batch"("replay_id");

-- AddForeignKey
ALTER TABLE "replay_batch" ADD CONSTRAINT "replay_batch_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;
