CREATE TABLE "trainer_token_project" (
	"token_hash" text NOT NULL,
	"project_id" uuid NOT NULL,
	CONSTRAINT "trainer_token_project_token_hash_project_id_pk" PRIMARY KEY("token_hash","project_id")
);
--> statement-breakpoint
ALTER TABLE "trainer_token" ADD COLUMN "all_projects" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "checkpoint" ADD COLUMN "sha256" jsonb;--> statement-breakpoint
ALTER TABLE "trainer" ADD COLUMN "token_hash" text;--> statement-breakpoint
ALTER TABLE "training_job" ADD COLUMN "job_token_hash" text;--> statement-breakpoint
ALTER TABLE "training_job" ADD COLUMN "claimed_with" text;--> statement-breakpoint
ALTER TABLE "training_job" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "trainer_token_project" ADD CONSTRAINT "trainer_token_project_token_hash_trainer_token_token_hash_fk" FOREIGN KEY ("token_hash") REFERENCES "public"."trainer_token"("token_hash") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trainer_token_project" ADD CONSTRAINT "trainer_token_project_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trainer" ADD CONSTRAINT "trainer_token_hash_trainer_token_token_hash_fk" FOREIGN KEY ("token_hash") REFERENCES "public"."trainer_token"("token_hash") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_job" ADD CONSTRAINT "training_job_claimed_with_trainer_token_token_hash_fk" FOREIGN KEY ("claimed_with") REFERENCES "public"."trainer_token"("token_hash") ON DELETE set null ON UPDATE no action;
--> statement-breakpoint
-- Data: what trainers have handed in as their configuration held their whole environment, the token with it.
UPDATE "checkpoint" SET "configuration" = CASE
	WHEN jsonb_typeof("configuration") = 'object' THEN coalesce((
		SELECT jsonb_object_agg(field.key, field.value) FROM jsonb_each("configuration") AS field
		WHERE field.key IN ('minutes', 'baseChannels', 'checkpointSeconds', 'network', 'thresholds', 'seed', 'steps',
			'trainSeconds', 'stepMsMedian', 'parameters', 'patchShapeZyx', 'stoppedBy', 'validationAp50')), '{}'::jsonb)
	ELSE '{}'::jsonb END;--> statement-breakpoint
-- The environment's wish for an engine had taken the place of the engine that was used; the job knows it.
UPDATE "checkpoint" SET "configuration" = "checkpoint"."configuration" || jsonb_build_object('engine', "training_job"."engine")
	FROM "training_job" WHERE "training_job"."id" = "checkpoint"."job_id"
	AND "training_job"."engine" IN ('native-gpu', 'native-cpu', 'wasm');--> statement-breakpoint
-- Every token may have left with an exported model: all are taken back.
UPDATE "trainer_token" SET "revoked_at" = now() WHERE "revoked_at" IS NULL;
