CREATE TABLE "lease" (
	"name" text PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"address" text NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"secret_mark" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "blob_removal" ADD COLUMN "written_by" uuid;