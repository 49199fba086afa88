CREATE TABLE "audit_chain" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"position" bigint NOT NULL,
	"hash" text NOT NULL,
	"pruned_position" bigint NOT NULL,
	"pruned_hash" text NOT NULL,
	CONSTRAINT "audit_chain_only" CHECK ("audit_chain"."only")
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"position" bigint,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"act" text NOT NULL,
	"actor_id" text,
	"actor_name" text,
	"actor_email" text,
	"project_id" uuid,
	"project_name" text,
	"details" jsonb NOT NULL,
	"client_address" text,
	"request_id" text,
	"previous_hash" text,
	"hash" text
);
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_event_position_idx" ON "audit_event" USING btree ("position");--> statement-breakpoint
CREATE INDEX "audit_event_project_idx" ON "audit_event" USING btree ("project_id","position");--> statement-breakpoint
CREATE INDEX "audit_event_act_idx" ON "audit_event" USING btree ("act","position");--> statement-breakpoint
CREATE INDEX "audit_event_actor_idx" ON "audit_event" USING btree ("actor_id","position");--> statement-breakpoint
CREATE INDEX "audit_event_at_idx" ON "audit_event" USING btree ("at");
--> statement-breakpoint
-- Written by hand from here on: what makes the audit log append-only, and its chain of hashes.
INSERT INTO "audit_chain" ("position", "hash", "pruned_position", "pruned_hash") VALUES (0, repeat('0', 64), 0, repeat('0', 64));
--> statement-breakpoint
-- The text of a row that is hashed: a JSON array as jsonb prints it.
CREATE FUNCTION audit_canonical(e audit_event) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(e.position, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), e.act, e.actor_id,
    e.actor_name, e.actor_email, e.project_id, e.project_name, e.details, e.client_address, e.request_id)::text
$$;
--> statement-breakpoint
CREATE FUNCTION audit_hash(e audit_event) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(e.previous_hash || audit_canonical(e), 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- A row has no place in the chain before its transaction commits.
CREATE FUNCTION audit_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.position := NULL; NEW.previous_hash := NULL; NEW.hash := NULL;
  RETURN NEW;
END $$;
--> statement-breakpoint
-- Deferred to the commit: the chain is locked for that moment only, whatever else the transaction does before.
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE chain audit_chain; linked audit_event := NEW;
BEGIN
  SELECT * INTO STRICT chain FROM audit_chain FOR UPDATE;
  linked.position := chain.position + 1;
  linked.previous_hash := chain.hash;
  linked.hash := audit_hash(linked);
  UPDATE audit_event SET position = linked.position, previous_hash = linked.previous_hash, hash = linked.hash WHERE id = NEW.id;
  UPDATE audit_chain SET position = linked.position, hash = linked.hash;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Rows are linked once, by the trigger above, and deleted by audit_prune alone, never before they are 30 days old.
CREATE FUNCTION audit_guard_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
  IF TG_OP = 'DELETE' AND current_setting('karyoloop.audit_prune', true) = 'on' AND OLD.at < now() - interval '30 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'The audit log is append-only: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_guard_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (pg_trigger_depth() > 1 OR current_setting('karyoloop.audit_prune', true) = 'on') THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'The chain of the audit log is written by its triggers: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_guard_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is append-only: TRUNCATE is refused.' USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
-- Deletes at most 5,000 rows that are older than `before`, from the start of the chain, and says how many.
CREATE FUNCTION audit_prune(before timestamp with time zone) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE last audit_event; pruned bigint;
BEGIN
  IF before > now() - interval '30 days' THEN
    RAISE EXCEPTION 'The audit log keeps at least 30 days.' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM 1 FROM audit_chain FOR UPDATE;
  SELECT e.* INTO last FROM audit_event e JOIN (
    SELECT position, bool_and(at < before) OVER (ORDER BY position) AS old
    FROM (SELECT position, at FROM audit_event WHERE position IS NOT NULL ORDER BY position LIMIT 5000) oldest
  ) judged USING (position) WHERE judged.old ORDER BY position DESC LIMIT 1;
  IF last.position IS NULL THEN RETURN 0; END IF;
  PERFORM set_config('karyoloop.audit_prune', 'on', true);
  UPDATE audit_chain SET pruned_position = last.position, pruned_hash = last.hash;
  DELETE FROM audit_event WHERE position <= last.position;
  GET DIAGNOSTICS pruned = ROW_COUNT;
  PERFORM set_config('karyoloop.audit_prune', '', true);
  RETURN pruned;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_event_enter BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_enter();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_event_link AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_link();
--> statement-breakpoint
CREATE TRIGGER audit_event_guard BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_guard_event();
--> statement-breakpoint
CREATE TRIGGER audit_event_guard_all BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_guard_all();
--> statement-breakpoint
CREATE TRIGGER audit_chain_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION audit_guard_chain();
--> statement-breakpoint
CREATE TRIGGER audit_chain_guard_all BEFORE TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION audit_guard_all();
