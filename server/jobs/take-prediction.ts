import { eq } from "drizzle-orm";
import type { PredictedMessage } from "../../core/contract/trainer-messages.ts";
import { volume } from "../../db/schema/index.ts";
import { HttpRefusal } from "../http/route.ts";
import { unzipLabelBrick } from "../label-images/read-label-chunk.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import type { Services } from "../services.ts";
import { jobFolder } from "./job-blobs.ts";
import { renewLease, requireLease } from "./lease.ts";

/** Takes one predicted volume and makes it the current prediction, if the lease is still held at that moment. */
export async function takePrediction(services: Services, jobId: string, message: PredictedMessage): Promise<void> {
  const { db, blobs } = services;
  const lease = { jobId, leaseToken: message.leaseToken };
  const job = await requireLease(db, lease);
  if (job.payload.kind !== "predict") throw new HttpRefusal(400, "This job is no prediction.");
  const [target] = await db.select({ projectId: volume.projectId }).from(volume).where(eq(volume.id, message.volumeId));
  // Deleted while it was predicted: nothing to keep, and no reason to stop the job.
  if (!target) return;
  if (target.projectId !== job.projectId) throw new HttpRefusal(400, "This volume is none of the job's.");
  const folder = `${jobFolder(job)}${message.folder}/`;
  await publishPrediction(
    services,
    {
      volumeId: message.volumeId,
      source: "model",
      checkpointId: job.payload.checkpointId,
      snapshotId: job.payload.snapshotId,
      jobId,
      instances: message.instances,
      truthShapes: message.truthShapes,
      brickKeys: message.brickKeys,
      readBrick: async (key) => {
        const gzipped = await blobs.get(`${folder}${key}`);
        return gzipped && unzipLabelBrick(gzipped, `${message.folder}/${key}`);
      },
    },
    async (tx) => {
      await renewLease(tx, lease);
    },
  );
  await blobs.remove(folder);
}
