import { setTimeout as sleep } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import type { Services } from "../services.ts";

/** Publishing writes an image of all proposals in between: seconds for a large volume. */
const ASK_AGAIN_MS = 50;

/** Advisory, so that nothing else about the volume has to wait. */
const lockOf = (volumeId: string): SQL => sql`hashtextextended('proposals ' || ${volumeId}, 0)`;

/**
 * For claims and decisions: no prediction replaces the proposals of this volume while `work` runs, so what it finds
 * undecided is not replaced before it has claimed or decided it. Waits without a database connection: there are few.
 */
export async function whileNothingIsReplaced<T>(
  { db }: Services,
  volumeId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  for (;;) {
    const done = await db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ locked: boolean }>(
        sql`select pg_try_advisory_xact_lock_shared(${lockOf(volumeId)}) as locked`,
      );
      return rows[0].locked ? { value: await work(tx) } : null;
    });
    if (done) return done.value;
    await sleep(ASK_AGAIN_MS);
  }
}

/** For a new prediction: claims and decisions of this volume wait until the transaction ends. */
export async function lockForReplacement(tx: Transaction, volumeId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${lockOf(volumeId)})`);
}
