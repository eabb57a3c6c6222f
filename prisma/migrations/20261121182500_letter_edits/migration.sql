-- CreateTable
CREATE TABLE "letter_edit" (
    "replay_id" UUID NOT NULL,
    "letter_id" BIGINT NOT NULL,
    "editor" TEXT NOT NULL,
    "edited_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "key_edited" BOOLEAN NOT NULL,
    "key" BYTEA,
    "value_edited" BOOLEAN NOT NULL,
    "value" BYTEA,
    "headers" JSONB NOT NULL,
    "original_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "decision" TEXT,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "letter_edit_pkey" PRIMARY KEY ("replay_id")
);

-- CreateIndex
CREATE INDEX "letter_edit_letter_id_idx" ON "letter_edit"("letter_id");

-- AddForeignKey
ALTER TABLE "letter_edit" ADD CONSTRAINT "letter_edit_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;
