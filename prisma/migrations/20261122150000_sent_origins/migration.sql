-- CreateTable
CREATE TABLE "sent_origin" (
    "letter_id" BIGINT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "origin_topic" TEXT NOT NULL,
    "origin_partition" INTEGER NOT NULL,
    "origin_offset" BIGINT NOT NULL,
    "consumer_group" TEXT,

    CONSTRAINT "sent_origin_pkey" PRIMARY KEY ("letter_id")
);

-- CreateIndex
CREATE INDEX "sent_origin_connection_id_origin_topic_origin_partition_ori_idx" ON "sent_origin"("connection_id", "origin_topic", "origin_partition", "origin_offset");

-- Letters of replays that were started before this was kept.
INSERT INTO "sent_origin" ("letter_id", "connection_id", "origin_topic", "origin_partition", "origin_offset", "consumer_group")
SELECT DISTINCT l."id", l."connection_id", l."origin_topic", l."origin_partition", l."origin_offset", l."consumer_group"
FROM "replay_item" i JOIN "replay" r ON r."id" = i."replay_id" JOIN "dead_letter" l ON l."id" = i."letter_id"
WHERE r."number" IS NOT NULL AND i."outcome" <> 'SKIPPED' AND l."convention" <> 'unrecognised'
  AND l."origin_topic" IS NOT NULL AND l."origin_partition" IS NOT NULL AND l."origin_offset" IS NOT NULL;
