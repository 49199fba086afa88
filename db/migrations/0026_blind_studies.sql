CREATE TABLE "study" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"volume_id" uuid NOT NULL,
	"min_zyx" jsonb NOT NULL,
	"max_zyx" jsonb NOT NULL,
	"begins_with" text NOT NULL,
	"seed_prediction_id" uuid,
	"adjudicator_id" text NOT NULL,
	"state" text DEFAULT 'drawing' NOT NULL,
	"progress" double precision DEFAULT 0 NOT NULL,
	"problem" jsonb,
	"result" jsonb,
	"consensus" text,
	"consensus_prediction_id" uuid,
	"closed_at" timestamp with time zone,
	"adjudicated_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "study_layer" (
	"study_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"number" integer NOT NULL,
	"volume_id" uuid NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "study_layer_study_id_user_id_pk" PRIMARY KEY("study_id","user_id"),
	CONSTRAINT "study_layer_volume_id_unique" UNIQUE("volume_id")
);
--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "desk_of" uuid;--> statement-breakpoint
ALTER TABLE "proposal" ADD COLUMN "agreed" integer;--> statement-breakpoint
ALTER TABLE "proposal" ADD COLUMN "annotators" integer;--> statement-breakpoint
ALTER TABLE "volume" ADD COLUMN "image_of" uuid;--> statement-breakpoint
ALTER TABLE "study" ADD CONSTRAINT "study_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study" ADD CONSTRAINT "study_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study" ADD CONSTRAINT "study_adjudicator_id_user_id_fk" FOREIGN KEY ("adjudicator_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study" ADD CONSTRAINT "study_created_by_user_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study_layer" ADD CONSTRAINT "study_layer_study_id_study_id_fk" FOREIGN KEY ("study_id") REFERENCES "public"."study"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study_layer" ADD CONSTRAINT "study_layer_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "study_layer" ADD CONSTRAINT "study_layer_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "study_project_idx" ON "study" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "study_volume_idx" ON "study" USING btree ("volume_id");