-- CreateTable
CREATE TABLE "saved_search" (
    "id" BIGSERIAL NOT NULL,
    "connection_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "topics" TEXT NOT NULL,
    "search" TEXT NOT NULL,
    "search_order" TEXT NOT NULL,
    "isolation" TEXT NOT NULL,
    "saved_by" TEXT NOT NULL,
    "saved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "saved_search_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "saved_search_name_key" ON "saved_search" ("connection_id", lower("name")) WHERE "deleted_at" IS NULL;
