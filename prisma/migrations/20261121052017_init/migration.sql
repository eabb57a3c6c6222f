-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "failure_group" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "error_class" TEXT,
    "root_cause" TEXT,
    "message" TEXT,
    "frame" TEXT,
    "stack" TEXT,
    "origin_topic" TEXT,
    "consumer_group" TEXT,
    "dead_letter_topics" TEXT[],
    "conventions" TEXT[],
    "letters" BIGINT NOT NULL DEFAULT 0,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "sample_letter_id" BIGINT,
    "state" TEXT NOT NULL DEFAULT 'new',
    "state_by" TEXT,
    "state_at" TIMESTAMPTZ(3),

    CONSTRAINT "failure_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dead_letter" (
    "id" BIGSERIAL NOT NULL,
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "failure_group_id" TEXT NOT NULL,
    "died_at" TIMESTAMPTZ(3) NOT NULL,
    "key_text" TEXT,
    "convention" TEXT NOT NULL,
    "origin_topic" TEXT,
    "origin_partition" INTEGER,
    "origin_offset" BIGINT,
    "consumer_group" TEXT,
    "error_class" TEXT,
    "root_cause" TEXT,
    "message" TEXT,
    "attempts" INTEGER,
    "trace_id" TEXT,
    "replay_item_id" BIGINT,
    "indexed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "index_position" (
    "connection_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "next_offset" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "index_position_pkey" PRIMARY KEY ("connection_id","topic","partition")
);

-- CreateTable
CREATE TABLE "replay" (
    "id" UUID NOT NULL,
    "number" INTEGER,
    "connection_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'planned',
    "title" TEXT NOT NULL,
    "failure_group_id" TEXT,
    "targets" TEXT[],
    "pace_per_second" INTEGER NOT NULL DEFAULT 50,
    "reason" TEXT NOT NULL DEFAULT '',
    "started_by" TEXT NOT NULL DEFAULT '',
    "plan" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "replay_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "replay_item" (
    "id" BIGSERIAL NOT NULL,
    "replay_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "letter_id" BIGINT NOT NULL,
    "source_topic" TEXT NOT NULL,
    "source_partition" INTEGER NOT NULL,
    "source_offset" BIGINT NOT NULL,
    "key_text" TEXT,
    "target_topic" TEXT NOT NULL,
    "target_partition" INTEGER,
    "target_offset" BIGINT,
    "reader_group" TEXT,
    "outcome" TEXT NOT NULL DEFAULT 'PENDING',
    "proof" TEXT NOT NULL DEFAULT '',
    "intent_from" BIGINT,
    "sent_at" TIMESTAMPTZ(3),
    "outcome_at" TIMESTAMPTZ(3),
    "trace_id" TEXT,

    CONSTRAINT "replay_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lease" (
    "name" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "fence" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "worker_heartbeat" (
    "worker_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_heartbeat_pkey" PRIMARY KEY ("worker_id")
);

-- CreateTable
CREATE TABLE "source_freshness" (
    "connection_id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "last_good_at" TIMESTAMPTZ(3),
    "detail" TEXT NOT NULL DEFAULT '',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "source_freshness_pkey" PRIMARY KEY ("connection_id","source")
);

-- CreateTable
CREATE TABLE "mark" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "service" TEXT,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "mark_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "connection_id" TEXT,
    "result" TEXT NOT NULL,
    "detail" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "failure_group_connection_id_last_seen_at_idx" ON "failure_group"("connection_id", "last_seen_at" DESC);

-- CreateIndex
CREATE INDEX "dead_letter_failure_group_id_died_at_id_idx" ON "dead_letter"("failure_group_id", "died_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "dead_letter_connection_id_died_at_id_idx" ON "dead_letter"("connection_id", "died_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "dead_letter_connection_id_key_text_idx" ON "dead_letter"("connection_id", "key_text");

-- CreateIndex
CREATE INDEX "dead_letter_trace_id_idx" ON "dead_letter"("trace_id");

-- CreateIndex
CREATE INDEX "dead_letter_replay_item_id_idx" ON "dead_letter"("replay_item_id");

-- CreateIndex
CREATE UNIQUE INDEX "dead_letter_connection_id_topic_partition_offset_key" ON "dead_letter"("connection_id", "topic", "partition", "offset");

-- CreateIndex
CREATE UNIQUE INDEX "replay_number_key" ON "replay"("number");

-- CreateIndex
CREATE INDEX "replay_connection_id_created_at_idx" ON "replay"("connection_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "replay_item_replay_id_outcome_idx" ON "replay_item"("replay_id", "outcome");

-- CreateIndex
CREATE INDEX "replay_item_letter_id_idx" ON "replay_item"("letter_id");

-- CreateIndex
CREATE UNIQUE INDEX "replay_item_replay_id_seq_key" ON "replay_item"("replay_id", "seq");

-- CreateIndex
CREATE INDEX "mark_at_idx" ON "mark"("at");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at" DESC);

-- AddForeignKey
ALTER TABLE "replay_item" ADD CONSTRAINT "replay_item_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Time series and spans, partitioned by day (UTC). Appended to the first migration as it stands.

CREATE TABLE "lag_sample" (
  "at" timestamptz(3) NOT NULL,
  "connection_id" text NOT NULL,
  "group_id" text NOT NULL,
  "topic" text NOT NULL,
  "lag" bigint NOT NULL,
  -- Sums over the partitions the group has committed: rates are their differences.
  "end_sum" bigint NOT NULL,
  "committed_sum" bigint NOT NULL,
  "members" int NOT NULL,
  "state" text NOT NULL
) PARTITION BY RANGE ("at");
CREATE TABLE "lag_sample_default" PARTITION OF "lag_sample" DEFAULT;
CREATE INDEX "lag_sample_series" ON "lag_sample" ("connection_id", "group_id", "topic", "at");
CREATE INDEX "lag_sample_at" ON "lag_sample" ("connection_id", "at");

CREATE TABLE "topic_sample" (
  "at" timestamptz(3) NOT NULL,
  "connection_id" text NOT NULL,
  "topic" text NOT NULL,
  "start_sum" bigint NOT NULL,
  "end_sum" bigint NOT NULL,
  "size_bytes" bigint
) PARTITION BY RANGE ("at");
CREATE TABLE "topic_sample_default" PARTITION OF "topic_sample" DEFAULT;
CREATE INDEX "topic_sample_series" ON "topic_sample" ("connection_id", "topic", "at");

-- A span sent twice is one span: its day is part of the key.
CREATE TABLE "span" (
  "day" date NOT NULL,
  "trace_id" bytea NOT NULL,
  "span_id" bytea NOT NULL,
  "parent_span_id" bytea,
  "name" text NOT NULL,
  "kind" smallint NOT NULL,
  "service" text NOT NULL,
  "service_version" text,
  "start_ns" bigint NOT NULL,
  "end_ns" bigint NOT NULL,
  "status" smallint NOT NULL,
  "status_message" text,
  "attributes" jsonb NOT NULL,
  "resource" jsonb NOT NULL,
  "events" jsonb NOT NULL,
  "topic" text,
  "partition" int,
  "offset" bigint,
  "group_id" text,
  PRIMARY KEY ("day", "trace_id", "span_id")
) PARTITION BY RANGE ("day");
CREATE TABLE "span_default" PARTITION OF "span" DEFAULT;
CREATE INDEX "span_trace" ON "span" ("trace_id");
CREATE INDEX "span_start" ON "span" ("start_ns");
CREATE INDEX "span_message" ON "span" ("topic", "partition", "offset") WHERE "offset" IS NOT NULL;

CREATE TABLE "span_link" (
  "day" date NOT NULL,
  "trace_id" bytea NOT NULL,
  "span_id" bytea NOT NULL,
  "linked_trace_id" bytea NOT NULL,
  "linked_span_id" bytea NOT NULL,
  PRIMARY KEY ("day", "trace_id", "span_id", "linked_trace_id", "linked_span_id")
) PARTITION BY RANGE ("day");
CREATE TABLE "span_link_default" PARTITION OF "span_link" DEFAULT;
CREATE INDEX "span_link_from" ON "span_link" ("trace_id");
CREATE INDEX "span_link_to" ON "span_link" ("linked_trace_id");

-- One row a trace, kept by the span writer, so that lists never read spans. Not partitioned: a trace that goes on after
-- midnight stays one row. The end is not indexed: it moves with most writes, which would touch every index each time.
CREATE TABLE "trace_summary" (
  "trace_id" bytea PRIMARY KEY,
  "start_ns" bigint NOT NULL,
  "end_ns" bigint NOT NULL,
  "spans" int NOT NULL,
  "errors" int NOT NULL,
  "services" text[] NOT NULL,
  -- Name and service of the span without a parent; of the earliest span as long as none has come.
  "root_name" text NOT NULL,
  "root_service" text NOT NULL,
  "root_start_ns" bigint NOT NULL,
  "has_root" boolean NOT NULL,
  -- All spans so far are Spillway's own.
  "own" boolean NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX "trace_summary_start" ON "trace_summary" ("start_ns", "trace_id");

-- Values of identifying attributes (order ids, message keys), for finding traces by them.
CREATE TABLE "span_attribute_index" (
  "day" date NOT NULL,
  "value" text COLLATE "C" NOT NULL,
  "trace_id" bytea NOT NULL,
  PRIMARY KEY ("day", "value", "trace_id")
) PARTITION BY RANGE ("day");
CREATE TABLE "span_attribute_index_default" PARTITION OF "span_attribute_index" DEFAULT;

-- Which services in which versions have sent spans, and when.
CREATE TABLE "span_service" (
  "service" text NOT NULL,
  "version" text NOT NULL,
  "first_ns" bigint NOT NULL,
  "last_ns" bigint NOT NULL,
  PRIMARY KEY ("service", "version")
);

CREATE SEQUENCE "replay_number";
