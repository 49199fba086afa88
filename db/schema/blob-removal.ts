import { boolean, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

/**
 * Blobs whose rows are gone. Written in the transaction that deletes the rows and cleared when the blobs are gone, so
 * that a crash between the two leaves nothing behind for ever.
 */
export const blobRemoval = pgTable("blob_removal", {
  /** Key, or with a trailing `/` everything under it. */
  prefix: text("prefix").primaryKey(),
  /** It goes if the server that writes it does not come to the end of it. */
  isBeingWritten: boolean("is_being_written").notNull().default(false),
  /** Of several servers, which one writes it (`lease`). */
  writtenBy: uuid("written_by"),
  createdAt: createdAt(),
});
