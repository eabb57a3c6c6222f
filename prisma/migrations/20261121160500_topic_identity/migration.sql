-- CreateTable
CREATE TABLE "topic_identity" (
  "connection_id" TEXT NOT NULL,
  "topic" TEXT NOT NULL,
  "topic_id" TEXT NOT NULL,
  "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),

  CONSTRAINT "topic_identity_pkey" PRIMARY KEY ("connection_id", "topic", "topic_id")
);
