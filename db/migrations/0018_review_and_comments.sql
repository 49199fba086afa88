CREATE TABLE "comment" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"thread_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"text" text NOT NULL,
	"mentions" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"edited_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "comment_thread" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"volume_id" uuid NOT NULL,
	"place_zyx" jsonb NOT NULL,
	"label" bigint,
	"created_by" text NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nucleus_author" (
	"volume_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"label" bigint NOT NULL,
	CONSTRAINT "nucleus_author_volume_id_user_id_label_pk" PRIMARY KEY("volume_id","user_id","label")
);
--> statement-breakpoint
CREATE TABLE "nucleus_review" (
	"volume_id" uuid NOT NULL,
	"label" bigint NOT NULL,
	"verdict" text NOT NULL,
	"fingerprint" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "nucleus_review_volume_id_label_pk" PRIMARY KEY("volume_id","label")
);
--> statement-breakpoint
CREATE TABLE "review_claim" (
	"volume_id" uuid NOT NULL,
	"label" bigint NOT NULL,
	"user_id" text NOT NULL,
	"page_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "review_claim_volume_id_label_pk" PRIMARY KEY("volume_id","label")
);
--> statement-breakpoint
CREATE TABLE "review_decision" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"volume_id" uuid NOT NULL,
	"label" bigint NOT NULL,
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"fingerprint" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "nucleus_count" ADD COLUMN "to_review" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "nucleus_count" ADD COLUMN "approved" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "nucleus_count" ADD COLUMN "sent_back" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "review_scope" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "review_share_percent" integer DEFAULT 20 NOT NULL;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "newcomer_days" integer DEFAULT 14 NOT NULL;--> statement-breakpoint
ALTER TABLE "dataset_version" ADD COLUMN "approved_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "comment" ADD CONSTRAINT "comment_thread_id_comment_thread_id_fk" FOREIGN KEY ("thread_id") REFERENCES "public"."comment_thread"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comment" ADD CONSTRAINT "comment_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comment_thread" ADD CONSTRAINT "comment_thread_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comment_thread" ADD CONSTRAINT "comment_thread_created_by_user_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comment_thread" ADD CONSTRAINT "comment_thread_resolved_by_user_id_fk" FOREIGN KEY ("resolved_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nucleus_author" ADD CONSTRAINT "nucleus_author_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nucleus_author" ADD CONSTRAINT "nucleus_author_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nucleus_review" ADD CONSTRAINT "nucleus_review_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nucleus_review" ADD CONSTRAINT "nucleus_review_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_claim" ADD CONSTRAINT "review_claim_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_claim" ADD CONSTRAINT "review_claim_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_decision" ADD CONSTRAINT "review_decision_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_decision" ADD CONSTRAINT "review_decision_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_decision" ADD CONSTRAINT "review_decision_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "comment_thread_idx" ON "comment" USING btree ("thread_id","created_at");--> statement-breakpoint
CREATE INDEX "comment_thread_volume_idx" ON "comment_thread" USING btree ("volume_id","created_at");--> statement-breakpoint
CREATE INDEX "review_decision_nucleus_idx" ON "review_decision" USING btree ("volume_id","label","created_at");--> statement-breakpoint
-- Who has worked on which nucleus so far, as far as the journal still tells it.
INSERT INTO "nucleus_author" ("volume_id", "user_id", "label")
SELECT DISTINCT "volume_id", "user_id", "label" FROM (
	SELECT "volume_id", "user_id", unnest("labels") AS "label" FROM "label_journal"
	UNION ALL SELECT "volume_id", "user_id", "label" FROM "label_touch"
	UNION ALL SELECT "volume_id", "user_id", "label_value" FROM "decision" WHERE "kind" IN ('accepted', 'corrected')
) AS "worked" WHERE "label" > 0;
