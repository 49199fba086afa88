CREATE TABLE "block_plan" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"job_id" uuid NOT NULL,
	"volume_id" uuid NOT NULL,
	"lease_token" bigint NOT NULL,
	"plan" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "block_plan_of_volume" UNIQUE("job_id","volume_id")
);
--> statement-breakpoint
CREATE TABLE "prediction_block" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"plan_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"lease_token" integer DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"token_hash" text,
	"claimed_with" text,
	"lease_expires_at" timestamp with time zone,
	"lease_seconds" double precision DEFAULT 60 NOT NULL,
	"findings_blob" text,
	CONSTRAINT "prediction_block_of_plan" UNIQUE("plan_id","index")
);
--> statement-breakpoint
ALTER TABLE "block_plan" ADD CONSTRAINT "block_plan_job_id_training_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."training_job"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "block_plan" ADD CONSTRAINT "block_plan_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prediction_block" ADD CONSTRAINT "prediction_block_plan_id_block_plan_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."block_plan"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prediction_block" ADD CONSTRAINT "prediction_block_claimed_with_trainer_token_token_hash_fk" FOREIGN KEY ("claimed_with") REFERENCES "public"."trainer_token"("token_hash") ON DELETE set null ON UPDATE no action;