import { and, count, countDistinct, eq, inArray, max } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { decision, proposal, user, volume } from "../../db/schema/index.ts";

export interface ProjectProgress {
  readonly volumes: number;
  readonly specimens: number;
  readonly undecidedProposals: number;
  /** Judged proposals by person, most active first. */
  readonly people: readonly { readonly name: string; readonly decisions: number; readonly lastAt: Date | null }[];
}

/** How far a project is, from what the database counts; nuclei themselves are counted by each volume's document. */
export async function readProjectProgress(db: Database, projectId: string): Promise<ProjectProgress> {
  const [volumes] = await db
    .select({ volumes: count(), specimens: countDistinct(volume.specimen) })
    .from(volume)
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")));
  const [{ undecided }] = await db
    .select({ undecided: count() })
    .from(proposal)
    .innerJoin(volume, eq(volume.id, proposal.volumeId))
    .where(
      and(
        ...[eq(volume.projectId, projectId), eq(proposal.state, "undecided"), eq(proposal.suppressed, false)],
        eq(proposal.planted, false),
      ),
    );
  const people = await db
    .select({ name: user.name, decisions: count(), lastAt: max(decision.createdAt) })
    .from(decision)
    .innerJoin(user, eq(user.id, decision.userId))
    .where(and(eq(decision.projectId, projectId), inArray(decision.kind, ["accepted", "corrected", "rejected"])))
    .groupBy(user.id, user.name);
  return { ...volumes, undecidedProposals: undecided, people: people.sort((a, b) => b.decisions - a.decisions) };
}
