-- CreateTable
CREATE TABLE "decoder_choice" (
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "decoder" TEXT NOT NULL,
    "chosen_by" TEXT NOT NULL,
    "chosen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "decoder_choice_pkey" PRIMARY KEY ("connection_id","topic","side")
);
