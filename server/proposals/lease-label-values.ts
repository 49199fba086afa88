import { eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { volume } from "../../db/schema/index.ts";

/** `count` label values nobody else gets, from the volume's counter. Returns the first. Durable before use (R53). */
export async function leaseLabelValues(db: Database | Transaction, volumeId: string, count: number): Promise<number> {
  const [row] = await db
    .update(volume)
    .set({ labelCounter: sql`${volume.labelCounter} + ${count}` })
    .where(eq(volume.id, volumeId))
    .returning({ last: volume.labelCounter });
  return row.last - count + 1;
}
