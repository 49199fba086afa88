import { and, eq, gt, sql } from "drizzle-orm";
import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import type { ImportedLabels, LabelMode } from "../../core/import/import-request.ts";
import { Problem, type ProblemFields } from "../../core/problem.ts";
import { type BrickKey, brickKeyOf } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { importJob, labelJournal, trainingBox, volume, volumeChannel, volumeSession } from "../../db/schema/index.ts";
import { authorLabels } from "../collab/operations/author-labels.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";
import { writeLabelsIndex } from "../ingest/pyramid/write-labels.ts";
import type { ImageReport, LabelReport } from "../ingest/worker/worker-messages.ts";
import { failureLog } from "../log/failure-log.ts";
import { leaseLabelValues } from "../proposals/lease-label-values.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import { BACKGROUND } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { IMPORTED_LABELS, imagePrefix, incomingLabelsPrefix } from "../storage/import-places.ts";
import { addMissingClasses } from "./add-missing-classes.ts";
import type { ImportJobRow, VolumeRow } from "./import-task.ts";

/** Whether somebody has painted; from then on, the base of the volume's labels is fixed. */
export async function isPainted(db: Database | Transaction, volumeId: string): Promise<boolean> {
  const [record] = await db
    .select({ seq: labelJournal.seq })
    .from(labelJournal)
    .where(eq(labelJournal.volumeId, volumeId))
    .limit(1);
  if (record) return true;
  // The history may have been forgotten; what was painted is in the base then.
  const [folded] = await db
    .select({ session: volumeSession.session })
    .from(volumeSession)
    .where(and(eq(volumeSession.volumeId, volumeId), gt(volumeSession.foldedSeq, 0)))
    .limit(1);
  return folded !== undefined;
}

/**
 * First in each transaction that makes an import visible: a job that was cancelled is gone and must leave nothing. Locks the
 * volume before the job, as those who delete them do.
 */
async function assertStillWanted(services: Services, tx: Transaction, job: ImportJobRow): Promise<void> {
  await services.cluster?.leases.assertHeld(tx, BACKGROUND);
  await tx.execute(sql`select 1 from volume where id = ${job.volumeId} for update`);
  const [kept] = await tx.select({ id: importJob.id }).from(importJob).where(eq(importJob.id, job.id)).for("update");
  if (!kept) throw new Problem({ tag: "import-cancelled", what: "The import was cancelled." });
}

async function setReady(tx: Transaction, job: ImportJobRow, image: ImageReport | null): Promise<void> {
  if (image) await insertChannels(tx, job, image);
  await tx
    .update(volume)
    .set({
      state: "ready",
      importProgress: 100,
      problem: null,
      ...(image && {
        levels: [...image.levels],
        quality: image.quality,
        sourceSha256: image.source?.sha256 ?? null,
        sourceFiles: image.source ? [image.source] : [],
        storedBytes: image.storedBytes,
      }),
    })
    .where(eq(volume.id, job.volumeId));
}

/** Channels are there from the moment their volume is. */
async function insertChannels(tx: Transaction, { volumeId, request }: ImportJobRow, image: ImageReport): Promise<void> {
  if (!request.channels?.length) return;
  const qualities = new Map(image.others.map(({ index, quality }) => [index, quality]));
  await tx
    .insert(volumeChannel)
    .values(request.channels.map((channel) => ({ ...channel, volumeId, quality: qualities.get(channel.index) })));
}

const addLabelSource = (tx: Transaction, volumeId: string, { source }: LabelReport) =>
  source === null
    ? Promise.resolve()
    : tx
        .update(volume)
        .set({ sourceFiles: sql`${volume.sourceFiles} || ${JSON.stringify([source])}::jsonb` })
        .where(eq(volume.id, volumeId));

const setDone = (tx: Transaction, jobId: string, labels: ImportedLabels | null) =>
  tx
    .update(importJob)
    .set({ state: "done", progressPercent: 100, phase: "", labels, finishedAt: sql`now()` })
    .where(eq(importJob.id, jobId));

/** Labels that hold every nucleus say where there is none: the whole volume is a fully labelled box. */
async function markComplete(tx: Transaction, job: ImportJobRow): Promise<void> {
  if (!job.request.labels?.complete) return;
  const [{ shapeZyx }] = await tx.select({ shapeZyx: volume.shapeZyx }).from(volume).where(eq(volume.id, job.volumeId));
  await tx.insert(trainingBox).values({
    volumeId: job.volumeId,
    kind: "fully-labelled",
    minZyx: [0, 0, 0],
    maxZyx: shapeZyx,
    createdBy: job.userId,
  });
}

function summaryOf(mode: LabelMode, report: LabelReport): ImportedLabels {
  const { extents, renamed, partsOf, facts } = report;
  const classified = mode === "accepted" ? classesOf(report).size : 0;
  return {
    mode,
    count: extents.length,
    largestId: extents.at(-1)?.label ?? 0,
    renamed,
    ...(partsOf !== undefined && { partsOf }),
    ...(classified > 0 && { classified }),
    ...(mode === "accepted" && facts && facts.boxes.length > 0 && { boxes: facts.boxes.length }),
  };
}

/** Stored label -> class. Where parts became nuclei, the ids of the file are not those of nuclei. */
function classesOf({ facts, renamed, partsOf, extents }: LabelReport): ReadonlyMap<number, string> {
  if (!facts || partsOf !== undefined) return new Map();
  const there = new Set(extents.map(({ label }) => label));
  const entries = facts.classes.map(([inFile, name]) => [renamed[inFile] ?? inFile, name] as const);
  return new Map(entries.filter(([label]) => there.has(label)));
}

async function addBoxes(tx: Transaction, job: ImportJobRow, { facts }: LabelReport): Promise<void> {
  if (!facts || facts.boxes.length === 0 || job.request.labels?.complete) return;
  await tx.insert(trainingBox).values(
    facts.boxes.map(({ kind, box }) => ({
      volumeId: job.volumeId,
      kind,
      minZyx: box.minZyx,
      maxZyx: box.maxZyx,
      createdBy: job.userId,
    })),
  );
}

/** An image without labels, or labels that are the base: all in one transaction. */
export async function finishWithBase(
  services: Services,
  job: ImportJobRow,
  image: ImageReport | null,
  labels: LabelReport | null,
): Promise<void> {
  if (labels) await writeLabelsIndex(services.blobs, imagePrefix(job.volumeId), [IMPORTED_LABELS]);
  await services.db.transaction(async (tx) => {
    await assertStillWanted(services, tx, job);
    if (labels && (await isPainted(tx, job.volumeId)))
      throw new Problem({
        tag: "painted-meanwhile",
        what: "Somebody began to paint in this volume while its labels were being imported.",
        hint: "Start the import of the labels again: they are then added beside what was painted.",
      });
    await setReady(tx, job, image);
    if (labels) {
      await addLabelSource(tx, job.volumeId, labels);
      const { largestId, renamed } = summaryOf("accepted", labels);
      await tx
        .update(volume)
        .set({
          baseLabels: "imported",
          // Null, not counted yet, stays null.
          storedBytes: sql`${volume.storedBytes} + ${labels.storedBytes}`,
          labelCounter: sql`greatest(${volume.labelCounter}, ${largestId})`,
          importedIdMap: Object.keys(renamed).length ? { ...renamed } : null,
        })
        .where(eq(volume.id, job.volumeId));
    }
    await markComplete(tx, job);
    if (labels) await addBoxes(tx, job, labels);
    await setDone(tx, job.id, labels && summaryOf("accepted", labels));
  });
  if (labels) await authorClasses(services, job, classesOf(labels));
}

/** Of labels that are the ground of their volume, which is there by now and stays, whatever becomes of their classes. */
async function authorClasses(
  services: Services,
  job: ImportJobRow,
  classes: ReadonlyMap<number, string>,
): Promise<void> {
  if (classes.size === 0) return;
  try {
    await addMissingClasses(services, job, new Set(classes.values()));
    await authorLabels(services, job.volumeId, {
      userId: job.userId,
      brickKeys: [],
      prefix: imagePrefix(job.volumeId),
      // Whoever brings a class in has drawn nothing.
      names: new Map([...classes.keys()].map((label) => [label, label])),
      classes,
    });
  } catch (error) {
    failureLog.failed("the classes of imported labels", error);
  }
}

/** The volume first, so that people can look at it; then its labels as a prediction with the source `import`. */
export async function finishWithProposals(
  services: Services,
  job: ImportJobRow,
  target: VolumeRow,
  image: ImageReport | null,
  labels: LabelReport,
): Promise<void> {
  const { db, blobs } = services;
  if (image)
    await db.transaction(async (tx) => {
      await assertStillWanted(services, tx, job);
      await setReady(tx, job, image);
    });
  const prefix = incomingLabelsPrefix(target.id, job.id);
  await publishPrediction(
    services,
    {
      volumeId: target.id,
      source: "import",
      checkpointId: null,
      snapshotId: null,
      jobId: null,
      instances: labels.extents.map((extent) => toInstance(extent, target.shapeZyx)),
      truthShapes: [],
      predicted: { kind: "image", prefix },
      brickKeys: await brickKeysOf(services, prefix),
    },
    async (tx) => {
      await assertStillWanted(services, tx, job);
      await addLabelSource(tx, target.id, labels);
      await setDone(tx, job.id, summaryOf("proposals", labels));
      await scheduleBlobRemoval(tx, [prefix]);
    },
  );
  await removeScheduledBlobs(db, blobs);
}

/**
 * Labels for a volume that people have painted in: records of the importer, over background only, under new ids. The map
 * of ids is kept before the first record, so that an import that was interrupted goes on with the same ones; from then on
 * it cannot be cancelled any more, as half of it would stay.
 */
export async function finishWithRecords(
  services: Services,
  job: ImportJobRow,
  target: VolumeRow,
  labels: LabelReport,
): Promise<void> {
  const { db, blobs } = services;
  const prefix = incomingLabelsPrefix(target.id, job.id);
  const summary = job.labels ?? {
    ...summaryOf("accepted", labels),
    renamed: await newNames(services, target.id, labels),
  };
  await db.transaction(async (tx) => {
    await assertStillWanted(services, tx, job);
    await tx.update(importJob).set({ labels: summary }).where(eq(importJob.id, job.id));
  });
  // The incoming image has other numbers than the file where those were too large.
  const names = new Map(
    Object.entries(summary.renamed).map(([inFile, to]) => [labels.renamed[inFile] ?? Number(inFile), to]),
  );
  const classes = new Map([...classesOf(labels)].map(([label, name]) => [names.get(label) ?? label, name]));
  if (classes.size > 0) await addMissingClasses(services, job, new Set(classes.values()));
  await authorLabels(services, target.id, {
    userId: job.userId,
    brickKeys: await brickKeysOf(services, prefix),
    prefix,
    names,
    classes,
  });
  await db.transaction(async (tx) => {
    await tx
      .update(volume)
      .set({ importedIdMap: { ...target.importedIdMap, ...summary.renamed } })
      .where(eq(volume.id, target.id));
    await addLabelSource(tx, target.id, labels);
    await markComplete(tx, job);
    await addBoxes(tx, job, labels);
    await setDone(tx, job.id, summary);
    await scheduleBlobRemoval(tx, [prefix]);
  });
  await removeScheduledBlobs(db, blobs);
}

/** Every label of the file, and a value for it that nobody else gets. */
async function newNames(
  { db }: Services,
  volumeId: string,
  { extents, renamed }: LabelReport,
): Promise<Record<string, number>> {
  if (extents.length === 0) return {};
  const first = await leaseLabelValues(db, volumeId, extents.length);
  const inFile = new Map(Object.entries(renamed).map(([from, to]) => [to, Number(from)]));
  return Object.fromEntries(extents.map(({ label }, i) => [inFile.get(label) ?? label, first + i]));
}

async function brickKeysOf({ blobs }: Services, prefix: string): Promise<BrickKey[]> {
  const keys: BrickKey[] = [];
  for await (const key of blobs.list(`${prefix}0/c/`)) {
    const [bz, by, bx] = key.slice(`${prefix}0/c/`.length).split("/").map(Number);
    keys.push(brickKeyOf(bz, by, bx));
  }
  return keys;
}

const toInstance = (extent: LabelExtent, shapeZyx: Zyx): PredictedInstance => ({
  id: extent.label,
  kind: "nucleus",
  box: { minZyx: [...extent.minZyx], maxZyx: [...extent.maxZyx] },
  centroidZyx: [...extent.centroidZyx],
  voxels: extent.voxels,
  touchesBorder: [0, 1, 2].some((axis) => extent.minZyx[axis] === 0 || extent.maxZyx[axis] === shapeZyx[axis]),
  scores: null,
  facts: null,
  meanEntropy: 0,
  shape: null,
});

/** A failed volume stays in the list with its Problem; a failed import of labels leaves the volume as it was. */
export async function failImport(db: Database, job: ImportJobRow, problem: ProblemFields): Promise<void> {
  await db.transaction(async (tx) => {
    await tx
      .update(importJob)
      .set({ state: "failed", problem, finishedAt: sql`now()` })
      .where(eq(importJob.id, job.id));
    if (job.request.image)
      await tx
        .update(volume)
        .set({ state: "failed", problem })
        .where(and(eq(volume.id, job.volumeId), eq(volume.state, "importing")));
  });
}
