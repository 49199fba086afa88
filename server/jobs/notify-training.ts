import { and, eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { projectMember } from "../../db/schema/index.ts";
import { notify } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import type { JobRow } from "./claim-job.ts";

/** Whoever started a training hears how it ended; of one that began by itself, the owners do. Others of its jobs are told of nowhere. */
export async function notifyTraining(
  services: Services,
  tx: Transaction,
  { id, kind, state, projectId, createdBy }: Pick<JobRow, "id" | "kind" | "state" | "projectId" | "createdBy">,
): Promise<readonly string[]> {
  if (kind !== "train" || (state !== "done" && state !== "failed")) return [];
  const people = createdBy === null ? await ownersOf(tx, projectId) : [createdBy];
  return notify(tx, services, people, { facts: { kind: "training", outcome: state }, projectId, subject: id });
}

async function ownersOf(tx: Transaction, projectId: string): Promise<string[]> {
  const rows = await tx
    .select({ userId: projectMember.userId })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.role, "owner")));
  return rows.map(({ userId }) => userId);
}
