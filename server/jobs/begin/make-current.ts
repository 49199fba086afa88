import { recordAudit } from "../../audit/record-audit.ts";
import { productCheckpoint, type StoredProductModel } from "../../checkpoints/product-model.ts";
import type { Services } from "../../services.ts";
import { freezeProject } from "../../snapshots/freeze-project.ts";
import { dropSnapshot } from "../../snapshots/sweep-snapshots.ts";
import { requestPrediction } from "../request-prediction.ts";

/**
 * A checkpoint, or the model that comes with the product, makes the project's proposals from now on: all volumes are
 * predicted anew, over the labels of this moment.
 */
export async function makeCurrent(
  services: Services,
  given: { projectId: string; model: string | StoredProductModel; by: string },
): Promise<void> {
  const { projectId, model, by } = given;
  const snapshotId = await freezeProject(services, { projectId, reason: "prediction", createdBy: by });
  const queue = services.db.transaction(async (tx) => {
    const checkpointId = typeof model === "string" ? model : await productCheckpoint(tx, model);
    await requestPrediction(tx, { projectId, checkpointId, snapshotId, createdBy: by });
    await recordAudit(tx, { act: "model.made-current", by, projectId, details: { checkpointId } });
  });
  await queue.catch(async (error) => {
    await dropSnapshot(services, snapshotId);
    throw error;
  });
  services.events.publish({ topic: "training", projectId });
}
