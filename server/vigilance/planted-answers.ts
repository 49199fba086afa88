import { eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { project, vigilance } from "../../db/schema/index.ts";

/** What became of the planted proposals that people were asked about; of the project, never of a person. */
export interface PlantedAnswers {
  /** About one of so many questions is planted; 0: none is. */
  readonly plantEvery: number;
  /** Wrong ones that were taken for a nucleus: accepted as they were, or begun to be corrected. */
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
}

export async function readPlantedAnswers(db: Database, projectId: string): Promise<PlantedAnswers> {
  const [row] = await db
    .select({
      plantEvery: project.plantEvery,
      accepted: sql<number>`coalesce(${vigilance.accepted}, 0)`,
      corrected: sql<number>`coalesce(${vigilance.corrected}, 0)`,
      rejected: sql<number>`coalesce(${vigilance.rejected}, 0)`,
    })
    .from(project)
    .leftJoin(vigilance, eq(vigilance.projectId, project.id))
    .where(eq(project.id, projectId));
  return row ?? { plantEvery: 0, accepted: 0, corrected: 0, rejected: 0 };
}

export async function countPlantedAnswer(
  tx: Transaction,
  projectId: string,
  kind: "accepted" | "corrected" | "rejected",
): Promise<void> {
  await tx
    .insert(vigilance)
    .values({ projectId, [kind]: 1 })
    .onConflictDoUpdate({ target: vigilance.projectId, set: { [kind]: sql`${vigilance[kind]} + 1` } });
}
