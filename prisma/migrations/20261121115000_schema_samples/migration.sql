-- CreateTable
CREATE TABLE "schema_sample" (
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "sampled_at" TIMESTAMPTZ(3) NOT NULL,
    "messages" INTEGER NOT NULL,
    "nulls" INTEGER NOT NULL,
    "without_schema" INTEGER NOT NULL,
    "format" TEXT,
    "drifts" JSONB NOT NULL,
    "problem" TEXT,

    CONSTRAINT "schema_sample_pkey" PRIMARY KEY ("connection_id","topic","side")
);

-- CreateTable
CREATE TABLE "schema_sighting" (
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "schema_id" INTEGER NOT NULL,
    "subject" TEXT,
    "version" INTEGER,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "in_sample" INTEGER NOT NULL,
    "services" TEXT[],

    CONSTRAINT "schema_sighting_pkey" PRIMARY KEY ("connection_id","topic","side","schema_id")
);

-- CreateIndex
CREATE INDEX "schema_sighting_connection_id_subject_idx" ON "schema_sighting"("connection_id", "subject");
