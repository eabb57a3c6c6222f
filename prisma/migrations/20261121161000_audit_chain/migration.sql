-- Why something was done, what it was about, and what was chosen, planned and come of it.
ALTER TABLE "audit_entry"
  ADD COLUMN "reason" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "about" TEXT[] NOT NULL DEFAULT '{}',
  ADD COLUMN "facts" JSON,
  ADD COLUMN "previous_hash" TEXT,
  ADD COLUMN "hash" TEXT;

-- CreateTable
CREATE TABLE "audit_head" (
  "only" BOOLEAN NOT NULL DEFAULT true CHECK ("only"),
  "last_id" BIGINT NOT NULL,
  "entries" BIGINT NOT NULL,
  "hash" TEXT NOT NULL,
  "chained_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  "found_entries" BIGINT NOT NULL,
  CONSTRAINT "audit_head_pkey" PRIMARY KEY ("only")
);

-- A text with its length in bytes before it, so that no two lists of fields read the same; null is a dash.
CREATE FUNCTION audit_field(value TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN value IS NULL THEN '-' ELSE octet_length(value) || ':' || value END || ',' $$;

-- The same as server/domain/audit-chain.ts computes; a test holds both together.
CREATE FUNCTION audit_hash(entry "audit_entry") RETURNS TEXT LANGUAGE sql STABLE AS
$$
  SELECT encode(sha256(convert_to(
    audit_field('spillway audit 1') || audit_field(entry.previous_hash) || audit_field(entry.id::text)
    || audit_field((extract(epoch FROM entry.at) * 1000)::bigint::text)
    || audit_field(entry.actor) || audit_field(entry.action) || audit_field(entry.target)
    || audit_field(entry.connection_id) || audit_field(entry.result) || audit_field(entry.detail)
    || audit_field(entry.reason) || audit_field(coalesce(array_length(entry.about, 1), 0)::text)
    || coalesce((SELECT string_agg(audit_field(one), '' ORDER BY place)
                   FROM unnest(entry.about) WITH ORDINALITY AS abouts(one, place)), '')
    || audit_field(entry.facts::text),
  'UTF8')), 'hex')
$$;

-- What was written before there was a chain is chained as it is found.
DO $$
DECLARE
  entry "audit_entry";
  previous TEXT := repeat('0', 64);
  found BIGINT := 0;
  last BIGINT := 0;
BEGIN
  FOR entry IN SELECT * FROM "audit_entry" ORDER BY "id" LOOP
    entry.previous_hash := previous;
    entry.hash := audit_hash(entry);
    UPDATE "audit_entry" SET "previous_hash" = entry.previous_hash, "hash" = entry.hash WHERE "id" = entry.id;
    previous := entry.hash;
    last := entry.id;
    found := found + 1;
  END LOOP;
  INSERT INTO "audit_head" ("last_id", "entries", "hash", "found_entries") VALUES (last, found, previous, found);
END $$;

ALTER TABLE "audit_entry"
  ALTER COLUMN "previous_hash" SET NOT NULL,
  ALTER COLUMN "hash" SET NOT NULL,
  ALTER COLUMN "id" DROP DEFAULT;
DROP SEQUENCE "audit_entry_id_seq";
CREATE UNIQUE INDEX "audit_entry_previous_hash_key" ON "audit_entry"("previous_hash");
CREATE INDEX "audit_entry_about_idx" ON "audit_entry" USING GIN ("about");
CREATE INDEX "audit_entry_target_idx" ON "audit_entry" USING HASH ("target");
CREATE INDEX "audit_entry_actor_id_idx" ON "audit_entry"("actor", "id" DESC);
CREATE INDEX "audit_entry_action_id_idx" ON "audit_entry"("action", "id" DESC);

-- Whoever writes an entry waits here for the one before to be committed or given up: the row of the head is the lock.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
  head "audit_head";
BEGIN
  SELECT * INTO STRICT head FROM "audit_head" FOR UPDATE;
  NEW.id := head.last_id + 1;
  NEW.at := date_trunc('milliseconds', clock_timestamp());
  NEW.previous_hash := head.hash;
  NEW.hash := audit_hash(NEW);
  UPDATE "audit_head" SET "last_id" = NEW.id, "entries" = head.entries + 1, "hash" = NEW.hash;
  RETURN NEW;
END
$$;
CREATE TRIGGER "audit_entry_chain" BEFORE INSERT ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
  -- The head moves with an entry, and in no other way.
  IF TG_TABLE_NAME = 'audit_head' AND TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'The audit is append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER "audit_head_append_only" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "audit_head"
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- What a replay wrote at one place, asked for by that place.
CREATE INDEX "replay_item_target_idx" ON "replay_item" ("target_topic", "target_partition", "target_offset") WHERE "target_offset" IS NOT NULL;
