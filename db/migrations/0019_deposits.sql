CREATE TABLE "deposit" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"version_id" uuid,
	"version" integer NOT NULL,
	"place" text NOT NULL,
	"state" text DEFAULT 'uploading' NOT NULL,
	"progress" double precision DEFAULT 0 NOT NULL,
	"bytes" bigint,
	"problem" jsonb,
	"new_version_of" text,
	"asked" boolean DEFAULT false NOT NULL,
	"record_id" text,
	"doi" text,
	"page" text,
	"metadata_sent" boolean DEFAULT false NOT NULL,
	"files" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "repository_token" (
	"user_id" text NOT NULL,
	"place" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "repository_token_user_id_place_pk" PRIMARY KEY("user_id","place")
);
--> statement-breakpoint
ALTER TABLE "deposit" ADD CONSTRAINT "deposit_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deposit" ADD CONSTRAINT "deposit_version_id_dataset_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."dataset_version"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deposit" ADD CONSTRAINT "deposit_created_by_user_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."user"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "repository_token" ADD CONSTRAINT "repository_token_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deposit_project_idx" ON "deposit" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "deposit_state_idx" ON "deposit" USING btree ("state","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "deposit_version_idx" ON "deposit" USING btree ("version_id","place");