-- AlterTable
ALTER TABLE "failure_group" ADD COLUMN     "assignee" TEXT,
ADD COLUMN     "mute_after" TIMESTAMPTZ(3),
ADD COLUMN     "mute_past" BIGINT,
ADD COLUMN     "regression" JSONB;

-- CreateTable
CREATE TABLE "failure_group_event" (
    "id" BIGSERIAL NOT NULL,
    "failure_group_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "failure_group_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "failure_group_event_failure_group_id_id_idx" ON "failure_group_event"("failure_group_id", "id" DESC);
