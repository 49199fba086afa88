CREATE TABLE "volume_channel" (
	"volume_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"name" text NOT NULL,
	"color" text,
	"labelled" boolean NOT NULL,
	"quality" jsonb,
	CONSTRAINT "volume_channel_volume_id_index_pk" PRIMARY KEY("volume_id","index")
);
--> statement-breakpoint
ALTER TABLE "volume_channel" ADD CONSTRAINT "volume_channel_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;