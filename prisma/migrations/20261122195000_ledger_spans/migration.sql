-- CreateTable
CREATE TABLE "ledger_span" (
    "connection_id" TEXT NOT NULL,
    "topic_id" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "first_offset" BIGINT NOT NULL,
    "next_offset" BIGINT NOT NULL,

    CONSTRAINT "ledger_span_pkey" PRIMARY KEY ("connection_id","topic_id","partition","first_offset")
);
