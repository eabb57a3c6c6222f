-- CreateTable
CREATE TABLE "overview_snapshot" (
    "connection_id" TEXT NOT NULL,
    "facts" JSON NOT NULL,
    "totals" JSON NOT NULL,

    CONSTRAINT "overview_snapshot_pkey" PRIMARY KEY ("connection_id")
);
