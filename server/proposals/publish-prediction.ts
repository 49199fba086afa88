import { randomUUID } from "node:crypto";
import { and, eq, inArray, ne, notExists, sql } from "drizzle-orm";
import type { NucleusShape, PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { Problem } from "../../core/problem.ts";
import { agreementReason } from "../../core/query/reason-in-words.ts";
import { plantsAmong } from "../../core/vigilance/plant-share.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { prediction, project, proposal, volume } from "../../db/schema/index.ts";
import { readFrozenState } from "../collab/operations/freeze-labels.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";
import type { ComposedImage, EarlierProposal, PlantTask, PredictedBricks } from "../label-worker/label-tasks.ts";
import { labelWorkerOf } from "../label-worker/label-worker.ts";
import type { Services } from "../services.ts";
import {
  beginWriting,
  dropWritten,
  keepWritten,
  removeScheduledBlobs,
  scheduleBlobRemoval,
} from "../storage/blob-removal.ts";
import { imagePrefix } from "../storage/import-places.ts";
import { heldProposals, rejectedProposals } from "./held-and-rejected.ts";
import { leaseLabelValues } from "./lease-label-values.ts";
import { rankProject } from "./rank-project.ts";
import { lockForReplacement } from "./replacement-lock.ts";

type VolumeRow = typeof volume.$inferSelect;

export interface NewPrediction {
  readonly volumeId: string;
  readonly source: "model" | "import" | "study";
  readonly checkpointId: string | null;
  readonly snapshotId: string | null;
  /** What the outlines were moved by, µm. */
  readonly outlineUm?: number | null;
  readonly jobId: string | null;
  readonly instances: readonly PredictedInstance[];
  readonly truthShapes: readonly NucleusShape[];
  /** Bricks of instance ids, and which of them have any. */
  readonly predicted: PredictedBricks;
  readonly brickKeys: readonly BrickKey[];
  /** What is open outside of this box stays; absent: nothing is spared. */
  readonly replacesIn?: VoxelBox;
  /** Of a study: predicted id -> how many of its annotators have the nucleus. */
  readonly votes?: { readonly annotators: number; readonly of: ReadonlyMap<number, number> };
}

/** Runs in the transaction that makes the prediction current. */
type Alongside = (tx: Transaction, predictionId: string) => Promise<void>;

/** Making a statement of a thousand would hold strokes up; one holds 65 535 parameters at most. */
const INSERTED_AT_ONCE = 200;

/** How often a claim or decision may come between composing the image and switching to it; then they wait for it. */
const MAX_TRIES = 2;

/**
 * Makes a prediction the current one of its volume in one step. Undecided proposals of the one before are replaced;
 * decisions stay, and so do proposals that somebody is looking at. `alongside` runs in the same transaction.
 */
export async function publishPrediction(
  services: Services,
  given: NewPrediction,
  alongside: Alongside = async () => {},
): Promise<string> {
  const [target] = await services.db.select().from(volume).where(eq(volume.id, given.volumeId));
  if (!target) throw new Problem({ tag: "volume-gone", what: "The volume of this prediction has been deleted." });
  let id: string | null = null;
  for (let attempt = 0; attempt < MAX_TRIES && !id; attempt++)
    id = await tryPublish(services, target, given, alongside);
  id ??= await publishLocked(services, target, given, alongside);
  await rankProject(services, target.projectId);
  services.events.publish({ topic: "proposals", projectId: target.projectId, volumeId: target.id });
  services.events.publish({ topic: "queue", projectId: target.projectId });
  await removeUnusedImages(services, target.id);
  return id;
}

/** Claims and decisions wait until it is over. */
async function publishLocked(
  services: Services,
  target: VolumeRow,
  given: NewPrediction,
  alongside: Alongside,
): Promise<string> {
  const image = await newImage(services, target.id);
  try {
    await services.db.transaction(async (tx) => {
      await lockForReplacement(tx, target.id);
      await switchTo(tx, target.id, given, await writeImage(services, tx, target, given, image), alongside);
    });
    return image.id;
  } catch (error) {
    await dropWritten(services, image.folder);
    throw error;
  }
}

/** Null when claims or decisions changed while the image was written. */
async function tryPublish(
  services: Services,
  target: VolumeRow,
  given: NewPrediction,
  alongside: Alongside,
): Promise<string | null> {
  const image = await newImage(services, target.id);
  let published = false;
  try {
    const written = await writeImage(services, services.db, target, given, image);
    published = await services.db.transaction(async (tx) => {
      await lockForReplacement(tx, target.id);
      if (!sameLabels(await heldProposals(tx, target.id, given.replacesIn), written.held)) return false;
      if (!sameLabels(await rejectedProposals(tx, target.id), written.rejected)) return false;
      await switchTo(tx, target.id, given, written, alongside);
      return true;
    });
  } finally {
    if (!published) await dropWritten(services, image.folder);
  }
  return published ? image.id : null;
}

interface NewImage {
  readonly id: string;
  /** Ends in `/`. */
  readonly folder: string;
}

/** Written down before its first byte, so that a server that is killed meanwhile leaves nothing behind. */
async function newImage({ db, cluster }: Services, volumeId: string): Promise<NewImage> {
  const id = randomUUID();
  const folder = `volumes/${volumeId}/predictions/${id}/`;
  await beginWriting(db, folder, cluster?.id);
  return { id, folder };
}

interface WrittenImage extends NewImage {
  readonly blobPrefix: string;
  readonly held: readonly EarlierProposal[];
  readonly rejected: readonly EarlierProposal[];
  readonly suppressed: ReadonlySet<number>;
  /** Predicted id -> where it lies under which label value. */
  readonly extentOf: ReadonlyMap<number, LabelExtent>;
  readonly planted: ComposedImage["planted"];
}

async function writeImage(
  services: Services,
  db: Database | Transaction,
  target: VolumeRow,
  given: NewPrediction,
  image: NewImage,
): Promise<WrittenImage> {
  const held = await heldProposals(db, target.id, given.replacesIn);
  const rejected = await rejectedProposals(db, target.id);
  const blobPrefix = `${image.folder}labels.ome.zarr/`;
  const plants = await plantsFor(db, target, given, image.id);
  const { extentOf, suppressed, planted } = await labelWorkerOf(services).compose({
    shapeZyx: target.shapeZyx,
    voxelSizeZyx: target.voxelSizeZyx,
    frozen: await readFrozenState(services, target.id),
    predicted: given.predicted,
    predictedKeys: given.brickKeys,
    predictedVoxels: new Map(given.instances.map(({ id, voxels }) => [id, voxels])),
    held,
    rejected,
    firstLabel: await leaseLabelValues(services.db, target.id, given.instances.length + (plants?.count ?? 0)),
    plants,
    prefix: blobPrefix,
  });
  return { ...image, blobPrefix, held, rejected, suppressed, extentOf, planted };
}

/** What is to be made up among them, where the project asks for it (server/vigilance). */
async function plantsFor(
  db: Database | Transaction,
  target: VolumeRow,
  { source, instances }: NewPrediction,
  seed: string,
): Promise<PlantTask | null> {
  // Beside what several people drew, what nobody did would be known at once.
  if (source === "study") return null;
  const [of] = await db
    .select({ plantEvery: project.plantEvery })
    .from(project)
    .where(eq(project.id, target.projectId));
  const sources = instances.filter(({ kind, touchesBorder }) => kind === "nucleus" && !touchesBorder);
  const count = plantsAmong(sources.length, of?.plantEvery ?? 0);
  if (count === 0) return null;
  return { count, sources: sources.map(({ id, box }) => ({ id, box })), imagePrefix: imagePrefix(target.id), seed };
}

/** The one step: what was open and is not held is replaced, the new proposals are there. */
async function switchTo(
  tx: Transaction,
  volumeId: string,
  given: NewPrediction,
  { id, folder, blobPrefix, held, suppressed, extentOf, planted }: WrittenImage,
  alongside: Alongside,
): Promise<void> {
  await alongside(tx, id);
  await keepWritten(tx, folder);
  const before = await tx
    .update(prediction)
    .set({ current: false })
    .where(and(eq(prediction.volumeId, volumeId), eq(prediction.current, true)))
    .returning({ truthShapes: prediction.truthShapes });
  await tx.insert(prediction).values({
    id,
    volumeId,
    source: given.source,
    checkpointId: given.checkpointId,
    snapshotId: given.snapshotId,
    outlineUm: given.outlineUm ?? null,
    jobId: given.jobId,
    blobPrefix,
    // What stays is ranked as it was.
    truthShapes: given.replacesIn ? (before[0]?.truthShapes ?? []) : [...given.truthShapes],
    current: true,
  });
  await tx
    .update(proposal)
    .set({ state: "replaced" })
    .where(
      and(
        eq(proposal.volumeId, volumeId),
        eq(proposal.state, "undecided"),
        sql`${proposal.labelValue} <> all(${sql.param(held.map((one) => one.labelValue))}::bigint[])`,
      ),
    );
  const rows = given.instances.flatMap((instance) => {
    const extent = extentOf.get(instance.id);
    if (!extent) return [];
    return [
      { ...proposalRow(volumeId, id, instance, extent, suppressed.has(instance.id)), ...votesFor(given, instance) },
    ];
  });
  const instanceOf = new Map(given.instances.map((instance) => [instance.id, instance]));
  for (const { sourceId, extent } of planted) {
    const source = instanceOf.get(sourceId);
    if (source) rows.push({ ...proposalRow(volumeId, id, source, extent, false), planted: true });
  }
  for (let i = 0; i < rows.length; i += INSERTED_AT_ONCE)
    await tx.insert(proposal).values(rows.slice(i, i + INSERTED_AT_ONCE));
}

function votesFor({ votes }: NewPrediction, { id }: PredictedInstance): Partial<typeof proposal.$inferInsert> {
  const agreed = votes?.of.get(id);
  if (!votes || agreed === undefined) return {};
  return { agreed, annotators: votes.annotators, reason: agreementReason(agreed, votes.annotators) };
}

/** Place and size are those of the stored image: what lay under people's labels is gone from it. */
const proposalRow = (
  volumeId: string,
  predictionId: string,
  instance: PredictedInstance,
  { label, centroidZyx, minZyx, maxZyx, voxels }: LabelExtent,
  suppressed: boolean,
): typeof proposal.$inferInsert => ({
  volumeId,
  labelValue: label,
  predictionId,
  kind: instance.kind,
  centroidZyx,
  minZyx,
  maxZyx,
  voxels,
  touchesBorder: instance.touchesBorder,
  ...instance.scores,
  facts: instance.facts,
  shape: instance.shape,
  meanEntropy: instance.meanEntropy,
  evidence: instance.evidence ?? null,
  proposedClass: instance.class?.name ?? null,
  classProbability: instance.class?.probability ?? null,
  suppressed,
});

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
  if (unused.length === 0) return;
  const ids = unused.map(({ id }) => id);
  await db.transaction(async (tx) => {
    await tx.update(prediction).set({ blobPrefix: "" }).where(inArray(prediction.id, ids));
    await scheduleBlobRemoval(
      tx,
      ids.map((id) => `volumes/${volumeId}/predictions/${id}/`),
    );
  });
  await removeScheduledBlobs(db, blobs);
}
