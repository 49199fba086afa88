import { eq } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { checkpoint, project, trainingJob } from "../../../db/schema/index.ts";
import { productCheckpoint, storeProductModel } from "../../checkpoints/product-model.ts";
import type { Services } from "../../services.ts";
import { freezeProject } from "../../snapshots/freeze-project.ts";
import { dropSnapshot } from "../../snapshots/sweep-snapshots.ts";
import { PREDICTION_PRIORITY } from "../request-prediction.ts";
import { hasTrainer } from "./has-trainer.ts";

/**
 * Queues the prediction of a volume that has just come, by the project's current model, or, in a project that has none yet, by
 * the one that comes with the product. Nothing where the project does not begin by itself, or no trainer would take it.
 */
export async function proposeInNewVolume(
  services: Services,
  given: { projectId: string; volumeId: string; createdBy: string },
): Promise<void> {
  const { db, events } = services;
  const { projectId, volumeId, createdBy } = given;
  const [settings] = await db.select().from(project).where(eq(project.id, projectId));
  if (!settings?.autoBegin || !(await hasTrainer(services, projectId))) return;
  const product = settings.currentCheckpointId ? null : await storeProductModel(services, projectId);
  const snapshotId = await freezeProject(services, {
    projectId,
    reason: "prediction",
    createdBy,
    volumeIds: [volumeId],
  });
  const queue = db.transaction(async (tx) => {
    const [row] = await tx.select().from(project).where(eq(project.id, projectId)).for("update");
    if (!row) return false;
    // A model that was trained meanwhile predicts all volumes that are ready, this one too.
    if (row.currentCheckpointId !== settings.currentCheckpointId && !(await isProduct(tx, row.currentCheckpointId)))
      return false;
    const checkpointId = row.currentCheckpointId ?? (product && (await productCheckpoint(tx, product)));
    if (!checkpointId) return false;
    await tx.update(project).set({ currentCheckpointId: checkpointId }).where(eq(project.id, projectId));
    await tx.insert(trainingJob).values({
      projectId,
      kind: "predict",
      priority: PREDICTION_PRIORITY,
      payload: { kind: "predict", checkpointId, snapshotId, volumeIds: [volumeId] },
      phase: "waits for a trainer",
      createdBy,
    });
    return true;
  });
  const queued = await queue.catch(async (error) => {
    await dropSnapshot(services, snapshotId);
    throw error;
  });
  if (!queued) await dropSnapshot(services, snapshotId);
  events.publish({ topic: "training", projectId });
}

async function isProduct(tx: Transaction, checkpointId: string | null): Promise<boolean> {
  if (!checkpointId) return false;
  const [row] = await tx.select({ origin: checkpoint.origin }).from(checkpoint).where(eq(checkpoint.id, checkpointId));
  return row?.origin === "product";
}
