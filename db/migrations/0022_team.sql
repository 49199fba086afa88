CREATE TABLE "nucleus_day" (
	"volume_id" uuid NOT NULL,
	"day" date NOT NULL,
	"accepted" integer NOT NULL,
	"corrected" integer NOT NULL,
	"unfinished" integer NOT NULL,
	"approved" integer NOT NULL,
	"classes" jsonb NOT NULL,
	CONSTRAINT "nucleus_day_volume_id_day_pk" PRIMARY KEY("volume_id","day")
);
--> statement-breakpoint
CREATE TABLE "vigilance" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"accepted" integer DEFAULT 0 NOT NULL,
	"corrected" integer DEFAULT 0 NOT NULL,
	"rejected" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "nucleus_count" ADD COLUMN "trainable_approved" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "train_approved_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "plant_every" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "proposal" ADD COLUMN "planted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshot" ADD COLUMN "approved_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "nucleus_day" ADD CONSTRAINT "nucleus_day_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vigilance" ADD CONSTRAINT "vigilance_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "proposal_planted_idx" ON "proposal" USING btree ("volume_id") WHERE "proposal"."planted";