import { and, desc, eq, isNotNull } from "drizzle-orm";
import type { JudgedDoubt } from "../../core/query/wrong-probability.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { decision } from "../../db/schema/index.ts";

/** Models change from round to round: answers of long ago say little of this one. */
const LAST_DECISIONS = 1000;

/** An answer of a person, and what they were told before it. */
export interface JudgedProposal extends JudgedDoubt {
  readonly said: number;
}

/**
 * What people said last of each proposal that they were asked about; what was skipped or taken back in the end does not count, nor what was
 * accepted together from the list, which nobody looked at.
 */
export async function judgedDoubts(db: Database | Transaction, projectId: string): Promise<JudgedProposal[]> {
  const rows = await db
    .select({
      volumeId: decision.volumeId,
      labelValue: decision.labelValue,
      kind: decision.kind,
      doubt: decision.doubt,
      said: decision.wrongProbability,
    })
    .from(decision)
    .where(and(eq(decision.projectId, projectId), isNotNull(decision.doubt)))
    .orderBy(desc(decision.createdAt))
    .limit(LAST_DECISIONS);
  const seen = new Set<string>();
  return rows.flatMap(({ volumeId, labelValue, kind, doubt, said }) => {
    const key = `${volumeId}/${labelValue}`;
    if (doubt === null || seen.has(key)) return [];
    seen.add(key);
    if (said === null || kind === "skipped" || kind === "undone") return [];
    return [{ doubt, isWrong: kind !== "accepted", said }];
  });
}
