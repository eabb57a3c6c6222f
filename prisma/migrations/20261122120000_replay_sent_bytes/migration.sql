-- CreateTable
CREATE TABLE "replay_sent_bytes" (
    "replay_id" UUID NOT NULL,
    "tenth" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "replay_sent_bytes_pkey" PRIMARY KEY ("replay_id","tenth")
);

-- AddForeignKey
ALTER TABLE "replay_sent_bytes" ADD CONSTRAINT "replay_sent_bytes_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;
