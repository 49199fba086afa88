import { sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";

/**
 * Claims and decisions take this before they look at proposals; publishing a prediction locks the same row for update.
 * So a proposal is never replaced between being found undecided and being claimed or decided.
 */
export async function lockAgainstReplacement(tx: Transaction, volumeId: string): Promise<void> {
  await tx.execute(sql`select 1 from volume where id = ${volumeId} for share`);
}
