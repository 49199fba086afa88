import { bigint, doublePrecision, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { BlockPlan } from "../../core/contract/shared-blocks.ts";
import { trainerToken } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { trainingJob } from "./training.ts";
import { volume } from "./volume.ts";

/**
 * How a running prediction divides one large volume, so that other trainers may take blocks of it. What they found lies at
 * `volumes/<volumeId>/blocks/<id>/` until the volume is handed in or the job has ended.
 */
export const blockPlan = pgTable(
  "block_plan",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    jobId: uuid("job_id")
      .notNull()
      .references(() => trainingJob.id, { onDelete: "cascade" }),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** The lease of the job whose holder stands behind it: nothing is given out of the plan of one that is gone. */
    leaseToken: bigint("lease_token", { mode: "number" }).notNull(),
    plan: jsonb("plan").$type<BlockPlan>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique("block_plan_of_volume").on(t.jobId, t.volumeId)],
);

/**
 * `open`: anybody may take it. `leased`: a trainer that helps is at it, until its lease runs out; then it is as good as open.
 * `found`: that one's findings are stored. `kept`: the holder of the job is at it, or has its findings; `open` again with the next
 * holder.
 */
export const blockStates = ["open", "leased", "found", "kept"] as const;

export const predictionBlock = pgTable(
  "prediction_block",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => blockPlan.id, { onDelete: "cascade" }),
    /** In the order of the plan. */
    index: integer("index").notNull(),
    state: text("state", { enum: blockStates }).notNull().default("open"),
    /** Raised by each claim. */
    leaseToken: integer("lease_token").notNull().default(0),
    leaseOwner: text("lease_owner"),
    /** Of the token that opens this block's routes, made at each claim. */
    tokenHash: text("token_hash"),
    /** The trainer's token that claimed it: taken back, it takes the block's token with it. */
    claimedWith: text("claimed_with").references(() => trainerToken.tokenHash, { onDelete: "set null" }),
    leaseExpiresAt: moment("lease_expires_at"),
    leaseSeconds: doublePrecision("lease_seconds").notNull().default(60),
    /** Key of what was found. */
    findingsBlob: text("findings_blob"),
  },
  (t) => [unique("prediction_block_of_plan").on(t.planId, t.index)],
);
