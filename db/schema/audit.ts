import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, jsonb, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";

/**
 * Who did what. Rows are only ever added: triggers of the migration refuse everything else but the pruning of old ones
 * (`audit_prune`). No foreign keys: a row outlives the account and the project that it names.
 */
export const auditEvent = pgTable(
  "audit_event",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** 1, 2, 3… in the order of commits. The trigger `audit_event_link` sets it and the two hashes at commit. */
    position: bigint("position", { mode: "number" }),
    /** Milliseconds, as JavaScript tells time: what is hashed is what is exported. */
    at: timestamp("at", { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    /** One of core/audit/audit-event.ts. */
    act: text("act").notNull(),
    /** Who acted, with name and email as they were; null for strangers and the server itself. */
    actorId: text("actor_id"),
    actorName: text("actor_name"),
    actorEmail: text("actor_email"),
    projectId: uuid("project_id"),
    projectName: text("project_name"),
    /** Facts that core/audit/audit-event.ts allows for the act. */
    details: jsonb("details").$type<Record<string, unknown>>().notNull(),
    clientAddress: text("client_address"),
    requestId: text("request_id"),
    previousHash: text("previous_hash"),
    /** SHA-256, hex, of the previous hash and the row's canonical text (`audit_canonical`). */
    hash: text("hash"),
  },
  (t) => [
    uniqueIndex("audit_event_position_idx").on(t.position),
    index("audit_event_project_idx").on(t.projectId, t.position),
    index("audit_event_act_idx").on(t.act, t.position),
    index("audit_event_actor_idx").on(t.actorId, t.position),
    index("audit_event_at_idx").on(t.at),
  ],
);

/** One row: where the chain ends, and where it begins since older rows were pruned. Written by triggers only. */
export const auditChain = pgTable(
  "audit_chain",
  {
    only: boolean("only").primaryKey().default(true),
    position: bigint("position", { mode: "number" }).notNull(),
    hash: text("hash").notNull(),
    prunedPosition: bigint("pruned_position", { mode: "number" }).notNull(),
    prunedHash: text("pruned_hash").notNull(),
  },
  (t) => [check("audit_chain_only", sql`${t.only}`)],
);
