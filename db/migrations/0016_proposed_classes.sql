ALTER TABLE "proposal" ADD COLUMN "proposed_class" text;--> statement-breakpoint
ALTER TABLE "proposal" ADD COLUMN "class_probability" double precision;--> statement-breakpoint
ALTER TABLE "checkpoint" ADD COLUMN "classes" jsonb;