ALTER TABLE "volume" ADD COLUMN "source_files" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
-- What is known of volumes that are there already: their files have gone.
UPDATE "volume" SET "source_files" = jsonb_build_array(jsonb_build_object(
  'part', 'image', 'fileName', "source_file_name", 'bytes', 0, 'sha256', "source_sha256",
  'image', '', 'channel', 0, 'time', 0, 'header', ''
)) WHERE "source_sha256" IS NOT NULL;
