-- CreateTable
CREATE TABLE "letter_disposition" (
    "letter_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "letter_disposition_pkey" PRIMARY KEY ("letter_id")
);

-- AddForeignKey
ALTER TABLE "letter_disposition" ADD CONSTRAINT "letter_disposition_letter_id_fkey" FOREIGN KEY ("letter_id") REFERENCES "dead_letter"("id") ON DELETE CASCADE ON UPDATE CASCADE;
