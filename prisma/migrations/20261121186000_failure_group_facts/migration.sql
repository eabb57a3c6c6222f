-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN     "homes" TEXT;

-- AlterTable
ALTER TABLE "failure_group" ADD COLUMN     "keys_due" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "merged_into" TEXT,
ADD COLUMN     "services" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "services_at" TIMESTAMPTZ(3),
ADD COLUMN     "services_letters" BIGINT;

-- CreateTable
CREATE TABLE "failure_group_keys" (
    "failure_group_id" TEXT NOT NULL,
    "estimate" BIGINT NOT NULL,
    "is_exact" BOOLEAN NOT NULL,
    "sketch" BYTEA NOT NULL,

    CONSTRAINT "failure_group_keys_pkey" PRIMARY KEY ("failure_group_id")
);

-- CreateTable
CREATE TABLE "failure_grouping" (
    "connection_id" TEXT NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 0,
    "rules" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "failure_grouping_pkey" PRIMARY KEY ("connection_id")
);

-- CreateTable
CREATE TABLE "failure_group_change" (
    "id" BIGSERIAL NOT NULL,
    "connection_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "homes" TEXT[],
    "condition" JSONB,
    "facts" JSONB,
    "made_by" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "undone_by" TEXT,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "failure_group_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "failure_group_change_connection_id_id_idx" ON "failure_group_change"("connection_id", "id");

-- CreateTable
CREATE TABLE "regrouping" (
    "id" BIGSERIAL NOT NULL,
    "connection_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "groups" TEXT[],
    "rules" JSONB,
    "rules_before" JSONB,
    "groups_before" TEXT[],
    "up_to" BIGINT NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,
    "total" BIGINT NOT NULL,
    "looked" BIGINT NOT NULL DEFAULT 0,
    "moved" BIGINT NOT NULL DEFAULT 0,
    "gone" BIGINT NOT NULL DEFAULT 0,
    "before" INTEGER,
    "after" INTEGER,
    "problem" TEXT,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "regrouping_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "regrouping_connection_id_id_idx" ON "regrouping"("connection_id", "id" DESC);

-- CreateTable
CREATE TABLE "regrouping_flow" (
    "regrouping_id" BIGINT NOT NULL,
    "from_id" TEXT NOT NULL,
    "to_id" TEXT NOT NULL,
    "letters" BIGINT NOT NULL,

    CONSTRAINT "regrouping_flow_pkey" PRIMARY KEY ("regrouping_id","from_id","to_id")
);

-- AddForeignKey
ALTER TABLE "regrouping_flow" ADD CONSTRAINT "regrouping_flow_regrouping_id_fkey" FOREIGN KEY ("regrouping_id") REFERENCES "regrouping"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Of the groups that there are, nobody has counted the keys yet.
UPDATE "failure_group" SET "keys_due" = true;
