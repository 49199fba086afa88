CREATE TABLE "label_base_version" (
	"volume_id" uuid NOT NULL,
	"key" bigint NOT NULL,
	"rev" bigint NOT NULL,
	"generation" integer NOT NULL,
	"hash" text NOT NULL,
	"blob" text,
	"is_start" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_base_version_volume_id_key_rev_pk" PRIMARY KEY("volume_id","key","rev")
);
--> statement-breakpoint
CREATE TABLE "label_touch" (
	"volume_id" uuid NOT NULL,
	"label" bigint NOT NULL,
	"user_id" text NOT NULL,
	"touched_at" timestamp with time zone NOT NULL,
	CONSTRAINT "label_touch_volume_id_label_pk" PRIMARY KEY("volume_id","label")
);
--> statement-breakpoint
ALTER TABLE "volume_session" ADD COLUMN "folded_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "label_base_version" ADD CONSTRAINT "label_base_version_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_touch" ADD CONSTRAINT "label_touch_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_touch" ADD CONSTRAINT "label_touch_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "label_journal_live_idx" ON "label_journal" USING btree ("volume_id") WHERE "label_journal"."folded_gen" is null;--> statement-breakpoint
CREATE INDEX "label_journal_folded_idx" ON "label_journal" USING btree ("volume_id","folded_gen");