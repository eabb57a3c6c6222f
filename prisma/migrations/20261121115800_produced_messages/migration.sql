-- CreateTable
CREATE TABLE "produced_message" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "partition" INTEGER,
    "offset" BIGINT,
    "detail" TEXT NOT NULL DEFAULT '',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "produced_message_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "produced_message_at_idx" ON "produced_message"("at");
