import { eq, sql } from "drizzle-orm";
import { isPromoted } from "../../core/contract/checkpoint-metrics.ts";
import type { TrainedMessage } from "../../core/contract/trainer-messages.ts";
import { isTruth } from "../../core/labels/label-status.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { checkpoint, snapshot, snapshotVolume, trainingJob } from "../../db/schema/index.ts";
import { readStoredModel } from "../checkpoints/read-stored-model.ts";
import { HttpRefusal } from "../entrance/route.ts";
import { announce } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { nudgeDeliveries } from "../webhooks/delivery-queue.ts";
import { namedProject, putMessages } from "../webhooks/webhooks.ts";
import { activeMinutes } from "./active-minutes.ts";
import { jobFolder } from "./job-blobs.ts";
import { endLease, type Lease, requireLease } from "./lease.ts";
import { notifyTraining } from "./notify-training.ts";
import { requestPrediction } from "./request-prediction.ts";

/**
 * Takes the weights of a finished or cancelled training, once all of them have been looked at. They are promoted, and the volumes predicted anew, unless they
 * are worse than those before, in the same places, by more than 0.01; a cancelled training's best are kept and shown.
 * Said again, because the answer was lost, it is no error.
 */
export async function finishTraining(services: Services, jobId: string, message: TrainedMessage): Promise<void> {
  const { db, blobs, events } = services;
  const lease = { jobId, leaseToken: message.leaseToken };
  if (await isHandedIn(db, lease)) return;
  const held = await requireLease(db, lease);
  if (held.payload.kind !== "train") throw new HttpRefusal(400, "This job is no training.");
  const handedIn = { blobPrefix: `${jobFolder(held)}${message.folder}/`, sha256: message.sha256 };
  await readStoredModel(blobs, handedIn);
  const job = await db.transaction(async (tx) => {
    const ended = await endLease(tx, lease, {
      state: sql`case when ${trainingJob.cancelRequested} then 'cancelled' else 'done' end`,
      progress: 1,
      phase: "",
      finishedAt: new Date(),
    });
    const { payload } = ended;
    if (payload.kind !== "train") throw new Error("a training became another job");
    const { cancelRequested } = ended;
    const promoted = !cancelRequested && isPromoted(message.metrics?.ap50 ?? null, message.parentAp50);
    const [frozen] = await tx.select().from(snapshot).where(eq(snapshot.id, payload.snapshotId));
    const nucleiLabelled = await labelledNuclei(tx, payload.snapshotId);
    const [row] = await tx
      .insert(checkpoint)
      .values({
        projectId: ended.projectId,
        jobId,
        snapshotId: payload.snapshotId,
        parentId: payload.parentCheckpointId,
        ...handedIn,
        configuration: message.configuration,
        metrics: message.metrics,
        classes: message.classes ?? null,
        nucleiLabelled,
        activeMinutes: await activeMinutes(tx, ended.projectId, frozen.createdAt),
        promoted,
      })
      .returning({ id: checkpoint.id });
    if (ended.resumeBlob) await scheduleBlobRemoval(tx, [ended.resumeBlob]);
    if (promoted)
      await requestPrediction(tx, {
        projectId: ended.projectId,
        checkpointId: row.id,
        snapshotId: payload.snapshotId,
        createdBy: ended.createdBy,
      });
    await putMessages(tx, ended.projectId, {
      type: "training.done",
      data: {
        project: await namedProject(tx, ended.projectId),
        checkpoint: { id: row.id, nucleiLabelled, promoted },
      },
    });
    return { ...ended, told: await notifyTraining(services, tx, ended) };
  });
  announce(services, job.told);
  events.publish({ topic: "training", projectId: job.projectId });
  nudgeDeliveries(services);
  await removeScheduledBlobs(db, blobs);
}

/** The checkpoint and the end of its job were written in one step: one of this holder's folder says that both are. */
async function isHandedIn(db: Database, { jobId, leaseToken }: Lease): Promise<boolean> {
  const [row] = await db
    .select({ blobPrefix: checkpoint.blobPrefix, job: trainingJob })
    .from(checkpoint)
    .innerJoin(trainingJob, eq(trainingJob.id, checkpoint.jobId))
    .where(eq(checkpoint.jobId, jobId));
  return row?.job.leaseToken === leaseToken && row.blobPrefix.startsWith(jobFolder(row.job));
}

/** Nuclei that people have accepted, corrected or drawn, in the volumes that trainings may see. */
async function labelledNuclei(tx: Transaction, snapshotId: string): Promise<number> {
  const rows = await tx
    .select({ manifest: snapshotVolume.manifest })
    .from(snapshotVolume)
    .where(eq(snapshotVolume.snapshotId, snapshotId));
  return rows
    .filter(({ manifest }) => !manifest.keptOut)
    .reduce((sum, { manifest }) => sum + manifest.nuclei.filter(({ status }) => isTruth(status)).length, 0);
}
