ALTER TABLE "project" ADD COLUMN "auto_begin" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "prediction" ADD COLUMN "outline_um" double precision;--> statement-breakpoint
ALTER TABLE "checkpoint" ADD COLUMN "origin" text DEFAULT 'training' NOT NULL;