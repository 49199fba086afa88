import { type ReliabilityBin, reliabilityBins } from "../../../core/metrics/reliability.ts";
import type { Database } from "../../../db/client.ts";
import { judgedDoubts } from "../../proposals/judged-doubts.ts";

/** How often proposals were wrong of which the queue had said how likely that is. Each was said before its answer was known. */
export async function doubtReliability(db: Database, projectId: string): Promise<ReliabilityBin[]> {
  const judged = await judgedDoubts(db, projectId);
  return reliabilityBins(judged.map(({ said, isWrong }) => ({ said, happened: isWrong })));
}
