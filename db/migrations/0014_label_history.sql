ALTER TABLE "label_journal" ADD COLUMN "target_session" bigint;--> statement-breakpoint
ALTER TABLE "label_journal" ADD COLUMN "target_seq" bigint;--> statement-breakpoint
ALTER TABLE "volume" ADD COLUMN "history_floor" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "label_journal_target_idx" ON "label_journal" USING btree ("volume_id","target_session","target_seq") WHERE "label_journal"."target_session" is not null;--> statement-breakpoint
-- What UNDO and REDO records name: the numbers after their kind are session, seq, stamp, and the target's session and seq.
CREATE FUNCTION pg_temp.numbers_of(record bytea) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  numbers bigint[] := '{}';
  value bigint := 0;
  shift int := 0;
  byte int;
BEGIN
  FOR at IN 1..length(record) - 1 LOOP
    byte := get_byte(record, at);
    value := value + ((byte & 127)::bigint << shift);
    IF byte < 128 THEN
      numbers := numbers || value;
      value := 0;
      shift := 0;
    ELSE
      shift := shift + 7;
    END IF;
  END LOOP;
  RETURN numbers;
END $$;--> statement-breakpoint
UPDATE "label_journal" SET "target_session" = (pg_temp.numbers_of("record"))[4], "target_seq" = (pg_temp.numbers_of("record"))[5] WHERE "kind" IN (2, 3);--> statement-breakpoint
-- What was forgotten so far was older than what is left.
UPDATE "volume" SET "history_floor" = coalesce((SELECT min("position") - 1 FROM "label_journal" WHERE "label_journal"."volume_id" = "volume"."id"), (SELECT max("position") FROM "label_wal" WHERE "label_wal"."volume_id" = "volume"."id"), 0);
