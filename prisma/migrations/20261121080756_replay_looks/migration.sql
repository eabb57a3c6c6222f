-- AlterTable
ALTER TABLE "replay" ADD COLUMN     "loss" TEXT;

-- CreateTable
CREATE TABLE "replay_look" (
    "replay_id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "topic_id" TEXT NOT NULL,
    "next_offset" BIGINT NOT NULL,

    CONSTRAINT "replay_look_pkey" PRIMARY KEY ("replay_id","topic","partition")
);

-- AddForeignKey
ALTER TABLE "replay_look" ADD CONSTRAINT "replay_look_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;
