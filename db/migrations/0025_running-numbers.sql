CREATE TABLE "nucleus_number" (
	"volume_id" uuid NOT NULL,
	"label" bigint NOT NULL,
	"number" integer NOT NULL,
	CONSTRAINT "nucleus_number_volume_id_label_pk" PRIMARY KEY("volume_id","label")
);
--> statement-breakpoint
ALTER TABLE "volume" ADD COLUMN "done_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "volume" ADD COLUMN "done_by" text;--> statement-breakpoint
ALTER TABLE "nucleus_number" ADD CONSTRAINT "nucleus_number_volume_id_volume_id_fk" FOREIGN KEY ("volume_id") REFERENCES "public"."volume"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "nucleus_number_idx" ON "nucleus_number" USING btree ("volume_id","number");--> statement-breakpoint
ALTER TABLE "volume" ADD CONSTRAINT "volume_done_by_user_id_fk" FOREIGN KEY ("done_by") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;