-- AlterTable
ALTER TABLE "replay" ADD COLUMN     "aborted_copies" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "sending" TEXT,
ADD COLUMN     "sending_why" TEXT;

-- AlterTable
ALTER TABLE "replay_item" ADD COLUMN     "attempt" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "replay_source" (
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "replay_id" UUID NOT NULL,

    CONSTRAINT "replay_source_pkey" PRIMARY KEY ("connection_id","topic","partition")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "connection_id" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "topic_id" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "replay_id" TEXT NOT NULL,
    "replay_number" INTEGER,
    "item_id" TEXT NOT NULL,
    "target_topic" TEXT NOT NULL,
    "target_partition" INTEGER NOT NULL,
    "target_offset" BIGINT,
    "sent_by" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "copy_hash" TEXT NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("connection_id","cluster_id","topic_id","partition","offset","attempt")
);

-- CreateTable
CREATE TABLE "ledger_position" (
    "connection_id" TEXT NOT NULL,
    "topic_id" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "next_offset" BIGINT NOT NULL,

    CONSTRAINT "ledger_position_pkey" PRIMARY KEY ("connection_id","topic_id","partition")
);

-- CreateTable
CREATE TABLE "group_isolation" (
    "connection_id" TEXT NOT NULL,
    "group_id" TEXT NOT NULL,
    "isolation" TEXT NOT NULL,
    "declared_by" TEXT NOT NULL,
    "declared_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "group_isolation_pkey" PRIMARY KEY ("connection_id","group_id")
);

-- CreateIndex
CREATE INDEX "replay_source_replay_id_idx" ON "replay_source"("replay_id");

-- AddForeignKey
ALTER TABLE "replay_source" ADD CONSTRAINT "replay_source_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;
