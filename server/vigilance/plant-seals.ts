import { and, eq, or } from "drizzle-orm";
import { plantSeal } from "../../core/vigilance/plant-seal.ts";
import type { Database } from "../../db/client.ts";
import { prediction, proposal } from "../../db/schema/index.ts";

/** Of all that is planted in what a page of the volume may show, answered or not: an undo shows it again. Ascending, so that their order tells nothing. */
export async function plantSealsOf(db: Database, volumeId: string): Promise<number[]> {
  const rows = await db
    .select({ label: proposal.labelValue })
    .from(proposal)
    .innerJoin(prediction, eq(prediction.id, proposal.predictionId))
    .where(
      and(
        eq(proposal.volumeId, volumeId),
        eq(proposal.planted, true),
        or(eq(prediction.current, true), eq(proposal.state, "undecided")),
      ),
    );
  return rows.map(({ label }) => plantSeal(volumeId, label)).sort((a, b) => a - b);
}
