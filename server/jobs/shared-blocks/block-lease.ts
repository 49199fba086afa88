import { and, eq, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import type { Database, Transaction } from "../../../db/client.ts";
import { predictionBlock } from "../../../db/schema/index.ts";
import type { ClaimedBlockRow } from "../../auth/block-token.ts";
import { HttpRefusal } from "../../entrance/route.ts";

/** Trainers stop at the first of these. */
export const blockLost = () =>
  new HttpRefusal(409, "This block has passed to somebody else, or its prediction has ended.");

/** The same of a row that was read a moment ago. */
export function assertBlockLease({ block, job }: ClaimedBlockRow, leaseToken: number): void {
  const isRunning = (job.state === "leased" || job.state === "queued") && !job.cancelRequested;
  if (block.state !== "leased" || block.leaseToken !== leaseToken || !isRunning) throw blockLost();
}

/** Changes the block if its lease is still held and its prediction goes on; 409 otherwise. */
export async function changeHeldBlock(
  db: Database | Transaction,
  { block, plan }: ClaimedBlockRow,
  leaseToken: number,
  change: PgUpdateSetSource<typeof predictionBlock>,
): Promise<void> {
  const changed = await db
    .update(predictionBlock)
    .set(change)
    .where(
      and(
        eq(predictionBlock.id, block.id),
        eq(predictionBlock.state, "leased"),
        eq(predictionBlock.leaseToken, leaseToken),
        sql`exists (select 1 from training_job j where j.id = ${plan.jobId}
          and j.state in ('leased', 'queued') and not j.cancel_requested)`,
      ),
    )
    .returning({ id: predictionBlock.id });
  if (changed.length === 0) throw blockLost();
}

export const renewBlock = (db: Database, row: ClaimedBlockRow, leaseToken: number): Promise<void> =>
  changeHeldBlock(db, row, leaseToken, {
    leaseExpiresAt: sql`now() + make_interval(secs => ${predictionBlock.leaseSeconds})`,
  });

/** The trainer stops, or cannot do it. */
export const releaseBlock = (db: Database, row: ClaimedBlockRow, leaseToken: number): Promise<void> =>
  changeHeldBlock(db, row, leaseToken, { state: "open", tokenHash: null });
