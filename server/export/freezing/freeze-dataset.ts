import { asc, eq, getTableColumns } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import {
  checkpoint,
  datasetVersion,
  nucleusClass,
  project,
  snapshot,
  snapshotVolume,
  volume,
} from "../../../db/schema/index.ts";
import { readPublication } from "../../publication/describe-publication.ts";
import type { Services } from "../../services.ts";
import { freezeProject } from "../../snapshots/freeze-project.ts";
import { dropSnapshot } from "../../snapshots/sweep-snapshots.ts";
import { readAgreements } from "../agreement/read-agreements.ts";
import { fileNamesOf } from "../file-names.ts";
import {
  DATASET_FORMAT,
  type DatasetDescription,
  datasetDescriptionSchema,
  type FrozenNucleus,
  type FrozenVolume,
} from "../frozen/dataset-description.ts";
import { TABLE_REVISION } from "../frozen/table-revision.ts";
import { software } from "../software-version.ts";
import { fitsImagej } from "../tiff/stack-layouts.ts";
import { frozenParts } from "../zip/packing-lists.ts";
import { type AnnotatorName, annotatorNames } from "./annotator-names.ts";
import { freezeVolume } from "./freeze-volume.ts";
import type { FreezeProcess } from "./worker/start-freeze-process.ts";

type VersionRow = typeof datasetVersion.$inferSelect;

/** Freezing the labels, the volumes, the last look at them and the lists of files, as shares of the progress that people see. */
const SNAPSHOT_DONE = 0.25;
const VOLUMES_DONE = 0.7;
const CHECKED = 0.75;

/**
 * Copies and measures everything that a dataset version holds, looks at it as a reader would, and returns what is
 * written down of it. Done again from the start it comes to the same, but for a snapshot that is already there.
 */
export async function freezeDataset(
  services: Services,
  row: VersionRow,
  process: FreezeProcess,
  onProgress: (done: number) => void,
): Promise<DatasetDescription> {
  const { db } = services;
  const snapshotId = row.snapshotId ?? (await freezeLabelsOf(services, row));
  onProgress(SNAPSHOT_DONE);
  const frozen = await db
    .select({ volume, manifest: snapshotVolume.manifest, journalPosition: snapshotVolume.journalPosition })
    .from(snapshotVolume)
    .innerJoin(volume, eq(volume.id, snapshotVolume.volumeId))
    .where(eq(snapshotVolume.snapshotId, snapshotId))
    .orderBy(asc(volume.name), asc(volume.id));
  const fileNames = fileNamesOf(frozen.map((one) => one.volume.name));
  const nameOf = await annotatorNames(db, row.projectId);
  const volumes: FrozenVolume[] = [];
  const nuclei: FrozenNucleus[] = [];
  for (const [index, { volume: volumeRow, manifest, journalPosition }] of frozen.entries()) {
    const done = (share: number) =>
      onProgress(SNAPSHOT_DONE + (VOLUMES_DONE - SNAPSHOT_DONE) * ((index + share) / frozen.length));
    const part = await freezeVolume({
      services,
      versionId: row.id,
      snapshotId,
      row: volumeRow,
      manifest,
      journalPosition,
      fileName: fileNames[index],
      nameOf,
      process,
      onProgress: done,
    });
    volumes.push(part.volume);
    nuclei.push(...part.nuclei);
  }
  if (nuclei.length === 0)
    throw new Problem({
      tag: "nothing-labelled",
      what: row.approvedOnly
        ? "No nucleus of this project is approved by a second person yet."
        : "There is no finished nucleus in this project yet.",
      hint: row.approvedOnly
        ? "Approve at least one in the queue of an editor, or freeze all that is accepted."
        : "Label at least one nucleus, or accept a proposal, and export again.",
    });
  const about = await describeProject(services, row);
  const agreement = await readAgreements(
    db,
    volumes.map(({ id }) => id),
  );
  const description = datasetDescriptionSchema.parse({
    ...about,
    classes: [...about.classes, ...classesBeyond(about.classes, nuclei)],
    format: DATASET_FORMAT,
    id: row.id,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    software,
    snapshotId,
    table: TABLE_REVISION,
    ...(row.approvedOnly && { approvedOnly: true }),
    annotators: annotatorsOf(nuclei, nameOf.told()),
    volumes,
    ...(agreement.length > 0 && { agreement }),
  } satisfies DatasetDescription);
  await process.check({ description });
  onProgress(CHECKED);
  const parts = frozenParts.filter((part) => part !== "imagej" || volumes.every(isForImagej));
  await process.pack({ description, parts }, (done) => onProgress(CHECKED + (1 - CHECKED) * done));
  return description;
}

/** Everybody who has done something to a nucleus that is in it; whose nuclei are most first. */
function annotatorsOf(
  nuclei: readonly FrozenNucleus[],
  told: readonly AnnotatorName[],
): DatasetDescription["annotators"] {
  const own = new Map<string, number>();
  const named = new Set<string>();
  for (const { annotator, people } of nuclei) {
    if (annotator !== null) own.set(annotator, (own.get(annotator) ?? 0) + 1);
    for (const names of Object.values(people ?? {})) for (const name of names) named.add(name);
  }
  return told
    .map((one) => ({ ...one, nuclei: own.get(one.name) ?? 0 }))
    .filter(({ name, nuclei: count }) => count > 0 || named.has(name))
    .sort((a, b) => b.nuclei - a.nuclei || (a.name < b.name ? -1 : 1));
}

const GREY = "#808080";

/** A class may be renamed or removed while nuclei have it still. */
function classesBeyond(
  classes: DatasetDescription["classes"],
  nuclei: readonly FrozenNucleus[],
): DatasetDescription["classes"] {
  const names = new Set(nuclei.flatMap((nucleus) => (nucleus.class === null ? [] : [nucleus.class])));
  for (const { name } of classes) names.delete(name);
  return [...names].sort().map((name) => ({ name, numberKey: null, color: GREY }));
}

/** ImageJ's files may be impossible to make: whoever asks for them is told, and the version has the others. */
const isForImagej = ({ nuclei, pixelType }: FrozenVolume): boolean =>
  fitsImagej(nuclei) && pixelType !== "int32" && pixelType !== "uint32";

async function freezeLabelsOf(services: Services, row: VersionRow): Promise<string> {
  const { projectId, createdBy, approvedOnly } = row;
  const id = await freezeProject(services, { projectId, reason: "export", createdBy, approvedOnly });
  const kept = await services.db
    .update(datasetVersion)
    .set({ snapshotId: id })
    .where(eq(datasetVersion.id, row.id))
    .returning({ id: datasetVersion.id });
  if (kept.length > 0) return id;
  await dropSnapshot(services, id);
  throw new Problem({ tag: "no-such-version", what: "This dataset version was deleted while it was frozen." });
}

async function describeProject(
  { db }: Services,
  row: VersionRow,
): Promise<Pick<DatasetDescription, "project" | "guidelines" | "publication" | "licence" | "classes" | "checkpoint">> {
  const [of] = await db.select().from(project).where(eq(project.id, row.projectId));
  const classes = await db
    .select({ name: nucleusClass.name, numberKey: nucleusClass.numberKey, color: nucleusClass.color })
    .from(nucleusClass)
    .where(eq(nucleusClass.projectId, row.projectId))
    .orderBy(asc(nucleusClass.numberKey));
  const [weights] = row.checkpointId
    ? await db
        .select({ ...getTableColumns(checkpoint), approvedOnly: snapshot.approvedOnly })
        .from(checkpoint)
        .leftJoin(snapshot, eq(snapshot.id, checkpoint.snapshotId))
        .where(eq(checkpoint.id, row.checkpointId))
    : [];
  return {
    project: { id: of.id, name: of.name, description: of.description },
    guidelines: of.guidelines,
    publication: (await readPublication(db, row.projectId)).fields,
    licence: of.dataLicence,
    classes,
    checkpoint: weights
      ? {
          id: weights.id,
          snapshotId: weights.snapshotId,
          ...(weights.approvedOnly && { approvedOnly: true as const }),
          createdAt: weights.createdAt.toISOString(),
          metrics: weights.metrics,
        }
      : null,
  };
}
