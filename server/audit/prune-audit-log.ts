import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { recordAudit } from "./record-audit.ts";

const DAY_MS = 86_400_000;

/**
 * Deletes what is older than so many days, some thousand rows a transaction, so that no act waits long for
 * the chain. Each deletion is itself a row. Returns how many rows went.
 */
export async function pruneAuditLog(db: Database, keptDays: number): Promise<number> {
  const before = new Date(Date.now() - keptDays * DAY_MS);
  let total = 0;
  for (;;) {
    const pruned = await db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ pruned: string }>(sql`select audit_prune(${before.toISOString()}) as pruned`);
      const pruned = Number(rows[0].pruned);
      if (pruned > 0)
        await recordAudit(tx, {
          act: "audit.pruned",
          by: null,
          details: { rows: pruned, before: before.toISOString() },
        });
      return pruned;
    });
    if (pruned === 0) return total;
    total += pruned;
  }
}
