-- CreateTable
CREATE TABLE "failure_group_trend" (
    "connection_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "up_to" BIGINT NOT NULL,
    "trends" JSON NOT NULL,

    CONSTRAINT "failure_group_trend_pkey" PRIMARY KEY ("connection_id")
);
