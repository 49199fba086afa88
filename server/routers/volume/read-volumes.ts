import { asc, desc, eq, sql } from "drizzle-orm";
import type { ImportedLabels } from "../../../core/import/import-request.ts";
import { importJob, volume, volumeChannel } from "../../../db/schema/index.ts";
import type { QualityCard } from "../../../db/schema/volume.ts";
import { projectProcedure, volumeProcedure } from "../../trpc.ts";

/** What pages and the viewer show of a volume. Chunks: `/zarr/<id>/image.ome.zarr/<level>/c/<bz>/<by>/<bx>`, of other channels `/zarr/<id>/channels/<index>.ome.zarr/…`. */
const shown = {
  id: volume.id,
  projectId: volume.projectId,
  name: volume.name,
  specimen: volume.specimen,
  state: volume.state,
  importPercent: volume.importProgress,
  problem: volume.problem,
  shapeZyx: volume.shapeZyx,
  voxelSizeZyx: volume.voxelSizeZyx,
  voxelSizeFrom: volume.voxelSizeFrom,
  nucleusDiameterUm: volume.nucleusDiameterUm,
  pixelType: volume.pixelType,
  levels: volume.levels,
  quality: volume.quality,
  sourceFileName: volume.sourceFileName,
  sourceFiles: volume.sourceFiles,
  baseLabels: volume.baseLabels,
  doneAt: volume.doneAt,
  /** By name. Names of tables are written out: in a query of one table drizzle leaves them away. */
  doneBy: sql<string | null>`(select person.name from "user" as person where person.id = volume.done_by)`,
  /** Who changed labels last, by name. */
  workedOnBy: sql<string | null>`(
    select person.name from label_journal as record join "user" as person on person.id = record.user_id
    where record.volume_id = volume.id order by record.position desc limit 1)`,
  createdAt: volume.createdAt,
};

/** A page names six and says that there are more; there may be tens of thousands, and every page of a project asks. */
const SHOWN_NAMES = 7;

const shownJob = {
  id: importJob.id,
  volumeId: importJob.volumeId,
  state: importJob.state,
  percent: importJob.progressPercent,
  phase: importJob.phase,
  problem: importJob.problem,
  labels: sql<ImportedLabels | null>`${importJob.labels} || jsonb_build_object('renamed', (
    select coalesce(jsonb_object_agg(key, value), '{}')
    from (select key, value from jsonb_each(${importJob.labels} -> 'renamed') limit ${SHOWN_NAMES}) as shown))`,
  finishedAt: importJob.finishedAt,
};

/** Names of the channels of volumes whose files had several, in the files' order. */
const shownChannel = {
  index: volumeChannel.index,
  name: volumeChannel.name,
  color: volumeChannel.color,
  labelled: volumeChannel.labelled,
};

/**
 * The volumes of a project by name, each with its last import. Imports are read first, here and below: an import that is
 * done is never shown beside a volume that still waits for it.
 */
export const listVolumes = projectProcedure("viewer").query(async ({ ctx }) => {
  const { db } = ctx.services;
  const jobs = await db
    .select(shownJob)
    .from(importJob)
    .where(eq(importJob.projectId, ctx.projectId))
    .orderBy(asc(importJob.createdAt));
  const volumes = await db
    .select(shown)
    .from(volume)
    .where(eq(volume.projectId, ctx.projectId))
    .orderBy(asc(volume.name));
  const channels = await db
    .select({ volumeId: volumeChannel.volumeId, ...shownChannel })
    .from(volumeChannel)
    .innerJoin(volume, eq(volumeChannel.volumeId, volume.id))
    .where(eq(volume.projectId, ctx.projectId))
    .orderBy(asc(volumeChannel.volumeId), asc(volumeChannel.index));
  const channelsOf = new Map<string, Omit<(typeof channels)[number], "volumeId">[]>();
  for (const { volumeId, ...channel } of channels)
    channelsOf.set(volumeId, [...(channelsOf.get(volumeId) ?? []), channel]);
  const lastJob = new Map(jobs.map((job) => [job.volumeId, job]));
  return volumes.map((row) => ({
    ...row,
    channels: channelsOf.get(row.id) ?? [],
    import: lastJob.get(row.id) ?? null,
  }));
});

export const volumeById = volumeProcedure("viewer").query(async ({ ctx, input }) => {
  const { db } = ctx.services;
  const [job] = await db
    .select(shownJob)
    .from(importJob)
    .where(eq(importJob.volumeId, input.volumeId))
    .orderBy(desc(importJob.createdAt))
    .limit(1);
  const [row] = await db.select(shown).from(volume).where(eq(volume.id, input.volumeId));
  const channels = await db
    .select({ ...shownChannel, quality: volumeChannel.quality })
    .from(volumeChannel)
    .where(eq(volumeChannel.volumeId, input.volumeId))
    .orderBy(asc(volumeChannel.index));
  const { quality } = row;
  return {
    ...row,
    import: job ?? null,
    role: ctx.role,
    ...intensitiesOf(quality),
    /** Empty where the file had one channel only. The labelled one is the image of the volume. */
    channels: channels.map(({ quality: own, ...channel }) => ({
      ...channel,
      ...intensitiesOf(channel.labelled ? quality : own),
    })),
  };
});

/** First contrast and histogram; null while there is no image yet. */
const intensitiesOf = (quality: QualityCard | null) => ({
  contrast: quality && ([quality.percentile1, quality.percentile998] as const),
  histogram: quality?.histogram ?? null,
  histogramRange: quality?.histogramRange ?? null,
});
