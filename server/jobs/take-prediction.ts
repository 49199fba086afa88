import { and, eq } from "drizzle-orm";
import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import type { PredictedMessage } from "../../core/contract/trainer-messages.ts";
import { Problem } from "../../core/problem.ts";
import { brickKeysOfBox } from "../../core/volume/brick.ts";
import { wholeBox, type Zyx } from "../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { blockPlan, nucleusClass, prediction, volume } from "../../db/schema/index.ts";
import { HttpRefusal } from "../entrance/route.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import { rankProject } from "../proposals/rank-project.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs } from "../storage/blob-removal.ts";
import type { JobRow } from "./claim-job.ts";
import { jobFolder } from "./job-blobs.ts";
import { type Lease, renewLease, requireLease } from "./lease.ts";
import { dropPlans } from "./shared-blocks/drop-plans.ts";

/** Volumes that are being taken now: who says it again meanwhile waits for the same end. */
const beingTaken = new Map<string, Promise<void>>();

/**
 * Takes one predicted volume and makes it the current prediction, if the lease is still held at that moment. Said again,
 * because the answer was lost, it changes nothing: a job predicts a volume once.
 */
export function takePrediction(services: Services, jobId: string, message: PredictedMessage): Promise<void> {
  const key = `${jobId}/${message.leaseToken}/${message.volumeId}`;
  let taken = beingTaken.get(key);
  if (!taken) {
    taken = take(services, { jobId, leaseToken: message.leaseToken }, message).finally(() => beingTaken.delete(key));
    beingTaken.set(key, taken);
  }
  return taken;
}

async function take(services: Services, lease: Lease, message: PredictedMessage): Promise<void> {
  const { db, blobs } = services;
  const job = await requireLease(db, lease);
  if (job.payload.kind !== "predict") throw new HttpRefusal(400, "This job is no prediction.");
  const [target] = await db
    .select({ projectId: volume.projectId, shapeZyx: volume.shapeZyx })
    .from(volume)
    .where(eq(volume.id, message.volumeId));
  // Deleted while it was predicted: nothing to keep, and no reason to stop the job.
  if (!target) return;
  const isAsked = job.payload.volumeIds?.includes(message.volumeId) ?? true;
  if (target.projectId !== job.projectId || !isAsked) throw new HttpRefusal(400, "This volume is none of the job's.");
  const folder = `${jobFolder(job)}${message.folder}/`;
  if (await isTaken(db, job, message.volumeId)) {
    // The answer before was lost, or something after the one step failed.
    await rankProject(services, job.projectId);
    return blobs.remove(folder);
  }
  assertFits(message, target.shapeZyx);
  try {
    await publishPrediction(
      services,
      {
        volumeId: message.volumeId,
        source: "model",
        checkpointId: job.payload.checkpointId,
        snapshotId: job.payload.snapshotId,
        jobId: job.id,
        outlineUm: message.outlineUm,
        instances: await withClassesOfProject(db, target.projectId, message.instances),
        truthShapes: message.truthShapes,
        brickKeys: message.brickKeys,
        predicted: { kind: "bricks", folder },
      },
      async (tx) => {
        await renewLease(tx, lease);
        if (await isTaken(tx, job, message.volumeId)) throw new TakenAlready();
        await dropPlans(tx, and(eq(blockPlan.jobId, job.id), eq(blockPlan.volumeId, message.volumeId)));
      },
    );
  } catch (error) {
    if (!(error instanceof TakenAlready)) throw error;
  }
  await removeScheduledBlobs(db, blobs);
  await blobs.remove(folder);
}

/** Another server process was told the same: its prediction stays. */
class TakenAlready extends Error {}

async function isTaken(db: Database | Transaction, job: JobRow, volumeId: string): Promise<boolean> {
  const found = await db
    .select({ id: prediction.id })
    .from(prediction)
    .where(and(eq(prediction.jobId, job.id), eq(prediction.volumeId, volumeId)));
  return found.length > 0;
}

/** A class that the project does not have, as after it was renamed, is not proposed. */
async function withClassesOfProject(
  db: Database,
  projectId: string,
  instances: readonly PredictedInstance[],
): Promise<PredictedInstance[]> {
  const rows = await db
    .select({ name: nucleusClass.name })
    .from(nucleusClass)
    .where(eq(nucleusClass.projectId, projectId));
  const names = new Set(rows.map(({ name }) => name));
  return instances.map((one) => ({ ...one, class: one.class && names.has(one.class.name) ? one.class : null }));
}

const WRONG = "The same prediction comes out wrong again: look at the trainer's log, or run another trainer.";

function assertFits({ instances, brickKeys }: PredictedMessage, shapeZyx: Zyx): void {
  const inVolume = new Set(brickKeysOfBox(wholeBox(shapeZyx)));
  const outside = brickKeys.find((key) => !inVolume.has(key));
  if (outside !== undefined)
    throw new Problem({
      tag: "prediction-outside",
      what: "The prediction has a brick that lies outside of the volume.",
      where: `brick ${outside}`,
      hint: WRONG,
    });
  if (new Set(instances.map(({ id }) => id)).size !== instances.length)
    throw new Problem({
      tag: "prediction-ambiguous",
      what: "The prediction gives two nuclei the same number.",
      hint: WRONG,
    });
}
