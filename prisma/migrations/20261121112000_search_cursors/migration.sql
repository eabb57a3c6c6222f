-- CreateTable
CREATE TABLE "search_cursor" (
    "id" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "search_cursor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "search_cursor_until_idx" ON "search_cursor"("until");
