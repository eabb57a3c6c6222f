-- CreateTable
CREATE TABLE "kept_letter" (
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "timestamp_ms" BIGINT NOT NULL,
    "timestamp_type" TEXT NOT NULL,
    "key" BYTEA,
    "value" BYTEA,
    "header_names" BYTEA[],
    "header_values" BYTEA[],
    "left_out" TEXT,
    "kept_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kept_letter_pkey" PRIMARY KEY ("connection_id","topic","partition","offset")
);
