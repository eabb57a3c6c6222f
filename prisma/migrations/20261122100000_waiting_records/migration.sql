-- Records of retry topics that a plan has frozen. Their ids are of the letters' own sequence: an item of a replay names
-- either by one number, and no record is ever taken for a letter.
CREATE TABLE "waiting_record" (
    "id" BIGINT NOT NULL DEFAULT nextval(pg_get_serial_sequence('dead_letter', 'id')),
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    -- Of a topic that was made anew its records are others. Empty: not known.
    "topic_id" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "planned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "waiting_record_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "waiting_record_place_key" ON "waiting_record"("connection_id", "topic", "topic_id", "partition", "offset");
