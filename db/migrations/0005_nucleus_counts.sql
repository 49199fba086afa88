CREATE TABLE "nucleus_count" (
	"volume_id" uuid PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"basis" text NOT NULL,
	"truth" integer NOT NULL,
	"unfinished" integer NOT NULL,
	"trainable" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX IF EXISTS "label_journal_labels_idx";--> statement-breakpoint
DROP INDEX IF EXISTS "label_journal_bricks_idx";--> statement-breakpoint
ALTER TABLE "nucleus_count" ADD CONSTRAINT "nucleus_count_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;