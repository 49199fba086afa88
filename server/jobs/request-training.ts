import { randomInt } from "node:crypto";
import { and, eq, inArray, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Transaction } from "../../db/client.ts";
import { project, trainingJob } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type ChosenParent, chooseParent } from "../checkpoints/choose-parent.ts";
import { productCheckpoint, storeProductModel } from "../checkpoints/product-model.ts";
import type { Services } from "../services.ts";
import { freezeProject } from "../snapshots/freeze-project.ts";
import { dropSnapshot } from "../snapshots/sweep-snapshots.ts";
import { trainingReadiness } from "./training-readiness.ts";

const alreadyTraining = () =>
  new Problem({
    tag: "already-training",
    what: "This project is being trained already.",
    hint: "Wait until it has finished, or cancel it.",
  });

/** What a training begins with. */
export const trainingStarts = ["current", "product", "nothing"] as const;
export type TrainingStart = (typeof trainingStarts)[number];

/**
 * Freezes the labels and queues a training. Says what is missing. It goes on from the current model unless `from` says
 * otherwise; where that cannot be read, from another one, and the job's note says so.
 */
export async function requestTraining(
  services: Services,
  given: { projectId: string; createdBy: string | null; automatic?: boolean; from?: TrainingStart },
): Promise<{ jobId: string }> {
  const { db, events } = services;
  const { projectId, createdBy } = given;
  if (await hasUnfinishedTraining(db, projectId)) throw alreadyTraining();
  const { missing, approvedOnly } = await trainingReadiness(services, projectId, true);
  if (missing.length > 0)
    throw new Problem({ tag: "training-needs-more", what: missing.join(" "), hint: "Then press Train again." });
  const parent = await beginWith(services, projectId, given.from ?? "current");
  const snapshotId = await freezeProject(services, { projectId, reason: "training", createdBy, approvedOnly });
  const queue = db.transaction(async (tx) => {
    // Two people pressed Train at once: the row of the project lets one through after the other.
    const [row] = await tx.select().from(project).where(eq(project.id, projectId)).for("update");
    if (await hasUnfinishedTraining(tx, projectId)) throw alreadyTraining();
    const { weights } = parent;
    const parentCheckpointId = weights && typeof weights !== "string" ? await productCheckpoint(tx, weights) : weights;
    const [job] = await tx
      .insert(trainingJob)
      .values({
        projectId,
        kind: "train",
        payload: {
          kind: "train",
          snapshotId,
          parentCheckpointId,
          minutes: given.automatic ? await minutesOfRound(tx, projectId, row.trainMinutes) : row.trainMinutes,
          seed: randomInt(0x7fff_ffff),
        },
        phase: "waits for a trainer",
        note: parent.note,
        createdBy,
      })
      .returning({ id: trainingJob.id });
    const details = {
      jobId: job.id,
      automatic: given.automatic ?? false,
      from: given.from ?? "current",
      ...(approvedOnly && { approvedOnly }),
    } as const;
    await recordAudit(tx, { act: "training.started", by: createdBy, projectId, details });
    return job.id;
  });
  const jobId = await queue.catch(async (error) => {
    await dropSnapshot(services, snapshotId);
    throw error;
  });
  events.publish({ topic: "training", projectId });
  return { jobId };
}

async function beginWith(services: Services, projectId: string, from: TrainingStart): Promise<ChosenParent> {
  if (from === "nothing") return { weights: null, note: null };
  if (from === "product") return { weights: await storeProductModel(services, projectId), note: null };
  return chooseParent(services, projectId);
}

/**
 * Rounds that start by themselves grow: a minute is enough for the first nuclei, and people see what came of it. Twice as
 * long each time, up to what the project gives a training.
 */
async function minutesOfRound(tx: Transaction, projectId: string, most: number): Promise<number> {
  const [{ rounds }] = await tx
    .select({ rounds: sql<number>`count(*)::int` })
    .from(trainingJob)
    .where(and(eq(trainingJob.projectId, projectId), eq(trainingJob.kind, "train"), eq(trainingJob.state, "done")));
  return Math.min(most, 2 ** Math.min(rounds, 20));
}

async function hasUnfinishedTraining(db: Services["db"] | Transaction, projectId: string): Promise<boolean> {
  const [row] = await db
    .select({ count: sql<string>`count(*)` })
    .from(trainingJob)
    .where(
      and(
        eq(trainingJob.projectId, projectId),
        eq(trainingJob.kind, "train"),
        inArray(trainingJob.state, ["queued", "leased"]),
      ),
    );
  return Number(row.count) > 0;
}
