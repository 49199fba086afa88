ALTER TABLE "blob_removal" ADD COLUMN "is_being_written" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshot_volume" ADD COLUMN "labels_version" text;