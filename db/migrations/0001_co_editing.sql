CREATE TABLE "label_blob" (
	"volume_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_blob_volume_id_sha256_pk" PRIMARY KEY("volume_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "label_document_state" (
	"volume_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"position" bigint NOT NULL,
	"state" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_document_state_volume_id_epoch_position_pk" PRIMARY KEY("volume_id","epoch","position")
);
--> statement-breakpoint
CREATE TABLE "label_journal" (
	"volume_id" uuid NOT NULL,
	"session" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"stamp" bigint NOT NULL,
	"kind" smallint NOT NULL,
	"record" "bytea" NOT NULL,
	"user_id" text NOT NULL,
	"labels" bigint[] NOT NULL,
	"brick_keys" bigint[] NOT NULL,
	"position" bigint NOT NULL,
	"folded_gen" integer,
	"undone" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_journal_volume_id_session_seq_pk" PRIMARY KEY("volume_id","session","seq")
);
--> statement-breakpoint
CREATE TABLE "label_wal" (
	"volume_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"position" bigint NOT NULL,
	"update" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_wal_volume_id_epoch_position_pk" PRIMARY KEY("volume_id","epoch","position")
);
--> statement-breakpoint
CREATE TABLE "volume_session" (
	"volume_id" uuid NOT NULL,
	"session" bigint NOT NULL,
	"user_id" text NOT NULL,
	"after_session" bigint,
	"after_seq" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "volume_session_volume_id_session_pk" PRIMARY KEY("volume_id","session")
);
--> statement-breakpoint
ALTER TABLE "label_blob" ADD CONSTRAINT "label_blob_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_blob" ADD CONSTRAINT "label_blob_created_by_user_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_document_state" ADD CONSTRAINT "label_document_state_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_journal" ADD CONSTRAINT "label_journal_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_journal" ADD CONSTRAINT "label_journal_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "label_wal" ADD CONSTRAINT "label_wal_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "volume_session" ADD CONSTRAINT "volume_session_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "volume_session" ADD CONSTRAINT "volume_session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "label_journal_position_idx" ON "label_journal" USING btree ("volume_id","position");--> statement-breakpoint
CREATE INDEX "label_journal_labels_idx" ON "label_journal" USING gin ("labels");--> statement-breakpoint
CREATE INDEX "label_journal_bricks_idx" ON "label_journal" USING gin ("brick_keys");