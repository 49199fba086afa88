ALTER TABLE "claim" ADD COLUMN "wrong_probability" double precision;--> statement-breakpoint
ALTER TABLE "decision" ADD COLUMN "doubt" double precision;--> statement-breakpoint
ALTER TABLE "decision" ADD COLUMN "wrong_probability" double precision;--> statement-breakpoint
ALTER TABLE "proposal" ADD COLUMN "evidence" double precision;--> statement-breakpoint
ALTER TABLE "proposal" ADD COLUMN "doubt" double precision;