-- CreateTable
CREATE TABLE "replay_control" (
    "replay_id" UUID NOT NULL,
    "bytes_per_second" INTEGER,
    "max_in_flight" INTEGER,
    "canary" BOOLEAN NOT NULL DEFAULT false,
    "open_step" INTEGER NOT NULL DEFAULT 0,
    "continued" JSON NOT NULL DEFAULT '[]',
    "start_at" TIMESTAMPTZ(3),
    "paused_at" TIMESTAMPTZ(3),
    "paused_by" TEXT,
    "paced_until" TIMESTAMPTZ(3),
    "waits_for" TEXT,
    "stopped_at" TIMESTAMPTZ(3),
    "stopped_by" TEXT,
    "stopped_because" TEXT,
    "stopped_letter_id" BIGINT,

    CONSTRAINT "replay_control_pkey" PRIMARY KEY ("replay_id")
);

-- AddForeignKey
ALTER TABLE "replay_control" ADD CONSTRAINT "replay_control_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;
