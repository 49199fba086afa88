import { and, asc, eq, inArray } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { decision } from "../../../db/schema/index.ts";

/** What stood behind an accepted or corrected proposal when a person judged it. */
export interface JudgedOrigin {
  readonly checkpointId: string | null;
  readonly uncertainty: number | null;
}

/** By label value: a nucleus that came of a proposal keeps the proposal's value. The last decision counts. */
export async function judgedOrigins(db: Database, volumeId: string): Promise<ReadonlyMap<number, JudgedOrigin>> {
  const rows = await db
    .select({
      labelValue: decision.labelValue,
      checkpointId: decision.checkpointId,
      uncertainty: decision.uncertainty,
    })
    .from(decision)
    .where(and(eq(decision.volumeId, volumeId), inArray(decision.kind, ["accepted", "corrected"])))
    .orderBy(asc(decision.createdAt), asc(decision.id));
  return new Map(rows.map(({ labelValue, ...origin }) => [labelValue, origin]));
}
