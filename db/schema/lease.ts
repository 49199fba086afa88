import { bigint, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/**
 * Of several servers on one database, which one does what: `volume <id>` is a room, `background` the work of the installation,
 * `server <id>` says that a server lives. Expiry is by the database's clock. A server alone has no rows here.
 */
export const lease = pgTable("lease", {
  name: text("name").primaryKey(),
  /** One process of a server, from its start to its end; never used again, and so a fencing token itself. */
  ownerId: uuid("owner_id").notNull(),
  /** Where other servers reach it. */
  address: text("address").notNull(),
  /** Of a room: `volume.owner_token`, which every write of the room is checked against. */
  fence: bigint("fence", { mode: "number" }).notNull().default(0),
  /** Tells servers apart that do not share their data folder. */
  secretMark: text("secret_mark").notNull(),
  expiresAt: moment("expires_at").notNull(),
});
