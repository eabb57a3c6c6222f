-- What the newest records of a topic show of its nature, and what an operator has decided about it.
-- CreateTable
CREATE TABLE "topic_nature" (
  "connection_id" TEXT NOT NULL,
  "topic" TEXT NOT NULL,
  "topic_id" TEXT,
  "sampled_at" TIMESTAMPTZ(3) NOT NULL,
  "end_sum" BIGINT NOT NULL,
  "verdict" TEXT NOT NULL,
  "verdict_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "why" TEXT NOT NULL,
  "records" INTEGER NOT NULL,
  "letters" INTEGER NOT NULL,
  "conventions" TEXT[],
  "origins" TEXT[],
  "delay_ms" INTEGER,
  "decision" TEXT,
  "decided_by" TEXT,
  "decided_at" TIMESTAMPTZ(3),
  CONSTRAINT "topic_nature_pkey" PRIMARY KEY ("connection_id", "topic")
);

-- AlterTable
ALTER TABLE "replay" ADD COLUMN "quiet_ms" INTEGER, ADD COLUMN "quiet_why" TEXT;
