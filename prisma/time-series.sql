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
