import { randomUUID } from "node:crypto";
import { and, eq, inArray, ne, notExists, notInArray, sql } from "drizzle-orm";
import type { NucleusShape, PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { Problem } from "../../core/problem.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { Transaction } from "../../db/client.ts";
import { prediction, proposal, volume } from "../../db/schema/index.ts";
import type { ReadLabelBrick } from "../label-images/brick-volume-source.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import type { Services } from "../services.ts";
import { readLiveBrick } from "../snapshots/live-labels.ts";
import { composeProposals } from "./compose-proposals.ts";
import { createEarlierBricks, heldProposals, rejectedProposals } from "./held-and-rejected.ts";
import { leaseLabelValues } from "./lease-label-values.ts";
import { rankProject } from "./rank-project.ts";

export interface NewPrediction {
  readonly volumeId: string;
  readonly source: "model" | "import";
  readonly checkpointId: string | null;
  readonly snapshotId: string | null;
  readonly jobId: string | null;
  readonly instances: readonly PredictedInstance[];
  readonly truthShapes: readonly NucleusShape[];
  /** Bricks of instance ids. */
  readonly readBrick: ReadLabelBrick;
  readonly brickKeys: readonly BrickKey[];
}

/** How often a claim or decision may come between composing the image and switching to it. */
const MAX_TRIES = 8;

/**
 * Makes a prediction the current one of its volume in one step. Undecided proposals of the one before are replaced;
 * decisions stay, and so do proposals that somebody is looking at. `alongside` runs in the same transaction.
 */
export async function publishPrediction(
  services: Services,
  given: NewPrediction,
  alongside: (tx: Transaction) => Promise<void> = async () => {},
): Promise<string> {
  const [target] = await services.db.select().from(volume).where(eq(volume.id, given.volumeId));
  if (!target) throw new Problem({ tag: "volume-gone", what: "The volume of this prediction has been deleted." });
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const id = await tryPublish(services, target, given, alongside);
    if (!id) continue;
    await rankProject(services, target.projectId);
    services.events.publish({ topic: "proposals", projectId: target.projectId, volumeId: target.id });
    services.events.publish({ topic: "queue", projectId: target.projectId });
    await removeUnusedImages(services, target.id);
    return id;
  }
  throw new Problem({
    tag: "queue-too-busy",
    what: "People claimed proposals faster than the new ones could be written.",
    hint: "It is tried again by itself.",
  });
}

/** Null when claims or decisions changed while the image was written. */
async function tryPublish(
  services: Services,
  target: typeof volume.$inferSelect,
  given: NewPrediction,
  alongside: (tx: Transaction) => Promise<void>,
): Promise<string | null> {
  const { db, blobs } = services;
  const held = await heldProposals(db, target.id);
  const rejected = await rejectedProposals(db, target.id);
  const earlier = createEarlierBricks(blobs);
  const composed = await composeProposals({
    shapeZyx: target.shapeZyx,
    predicted: given.readBrick,
    predictedKeys: given.brickKeys,
    predictedVoxels: new Map(given.instances.map((instance) => [instance.id, instance.voxels])),
    live: (key) => readLiveBrick(services, target.id, key),
    held,
    rejected,
    earlier,
  });
  const first = await leaseLabelValues(db, target.id, composed.kept.length);
  const labelOf = new Map(composed.kept.map((id, index) => [id, first + index]));
  const id = randomUUID();
  const blobPrefix = `volumes/${target.id}/predictions/${id}/labels.ome.zarr/`;
  const extents = await writeLabelImage({
    blobs,
    prefix: blobPrefix,
    name: "proposals",
    sourceImage: "../../../image.ome.zarr",
    shapeZyx: target.shapeZyx,
    voxelSizeZyx: target.voxelSizeZyx,
    readBrick: composed.readBrick(labelOf),
  });
  const extentOf = new Map(extents.map((extent) => [extent.label, extent]));

  const published = await db.transaction(async (tx) => {
    // Claims and decisions of this volume wait here; whoever was faster makes this attempt void.
    await tx.execute(sql`select 1 from volume where id = ${target.id} for update`);
    const sameHeld = sameLabels(await heldProposals(tx, target.id), held);
    if (!sameHeld || !sameLabels(await rejectedProposals(tx, target.id), rejected)) return false;
    await alongside(tx);
    await tx
      .update(prediction)
      .set({ current: false })
      .where(and(eq(prediction.volumeId, target.id), eq(prediction.current, true)));
    await tx.insert(prediction).values({
      id,
      volumeId: target.id,
      source: given.source,
      checkpointId: given.checkpointId,
      snapshotId: given.snapshotId,
      jobId: given.jobId,
      blobPrefix,
      truthShapes: [...given.truthShapes],
      current: true,
    });
    await tx
      .update(proposal)
      .set({ state: "replaced" })
      .where(
        and(
          eq(proposal.volumeId, target.id),
          eq(proposal.state, "undecided"),
          notInArray(proposal.labelValue, [0, ...held.map((one) => one.labelValue)]),
        ),
      );
    const rows = given.instances.flatMap((instance) => {
      const labelValue = labelOf.get(instance.id);
      const extent = labelValue === undefined ? undefined : extentOf.get(labelValue);
      if (labelValue === undefined || !extent) return [];
      return [
        {
          volumeId: target.id,
          labelValue,
          predictionId: id,
          kind: instance.kind,
          centroidZyx: extent.centroidZyx,
          minZyx: extent.minZyx,
          maxZyx: extent.maxZyx,
          voxels: extent.voxels,
          touchesBorder: instance.touchesBorder,
          u1: instance.scores?.u1 ?? null,
          u2: instance.scores?.u2 ?? null,
          u3: instance.scores?.u3 ?? null,
          u4: instance.scores?.u4 ?? null,
          facts: instance.facts,
          shape: instance.shape,
          meanEntropy: instance.meanEntropy,
          suppressed: composed.suppressed.has(instance.id),
        },
      ];
    });
    // A statement holds 65 535 parameters at most.
    for (let i = 0; i < rows.length; i += 1000) await tx.insert(proposal).values(rows.slice(i, i + 1000));
    return true;
  });
  if (published) return id;
  await blobs.remove(`volumes/${target.id}/predictions/${id}/`);
  return null;
}

const sameLabels = (a: readonly { labelValue: number }[], b: readonly { labelValue: number }[]): boolean =>
  a.length === b.length && a.every((one, i) => one.labelValue === b[i].labelValue);

/** Images are kept while they are current, or while a rejected or held proposal of theirs may still be compared with. */
async function removeUnusedImages(services: Services, volumeId: string): Promise<void> {
  const { db, blobs } = services;
  const needed = db
    .select({ one: sql`1` })
    .from(proposal)
    .where(and(eq(proposal.predictionId, prediction.id), inArray(proposal.state, ["undecided", "rejected"])));
  const unused = await db
    .select({ id: prediction.id })
    .from(prediction)
    .where(
      and(
        eq(prediction.volumeId, volumeId),
        eq(prediction.current, false),
        ne(prediction.blobPrefix, ""),
        notExists(needed),
      ),
    );
  for (const { id } of unused) {
    await db.update(prediction).set({ blobPrefix: "" }).where(eq(prediction.id, id));
    await blobs.remove(`volumes/${volumeId}/predictions/${id}/`);
  }
}
