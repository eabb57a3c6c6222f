-- CreateTable
CREATE TABLE "topic_change" (
    "id" UUID NOT NULL,
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "request" JSONB NOT NULL,
    "seen" JSONB,
    "plan" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'planned',
    "planned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "planned_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "topic_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "topic_change_connection_id_topic_planned_at_idx" ON "topic_change"("connection_id", "topic", "planned_at" DESC);
