import { asc, desc, eq } from "drizzle-orm";
import { importJob, volume } from "../../../db/schema/index.ts";
import { projectProcedure, volumeProcedure } from "../../trpc.ts";

/** What pages and the viewer show of a volume. Chunks: `/zarr/<id>/image.ome.zarr/<level>/c/<bz>/<by>/<bx>`. */
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
  pixelType: volume.pixelType,
  levels: volume.levels,
  quality: volume.quality,
  sourceFileName: volume.sourceFileName,
  sourceFiles: volume.sourceFiles,
  baseLabels: volume.baseLabels,
  importedIdMap: volume.importedIdMap,
  createdAt: volume.createdAt,
};

const shownJob = {
  id: importJob.id,
  volumeId: importJob.volumeId,
  state: importJob.state,
  percent: importJob.progressPercent,
  phase: importJob.phase,
  problem: importJob.problem,
  labels: importJob.labels,
  finishedAt: importJob.finishedAt,
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
  const lastJob = new Map(jobs.map((job) => [job.volumeId, job]));
  return volumes.map((row) => ({ ...row, import: lastJob.get(row.id) ?? null }));
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
  const { quality } = row;
  return {
    ...row,
    import: job ?? null,
    role: ctx.role,
    /** First contrast; null while there is no image yet. */
    contrast: quality && ([quality.percentile1, quality.percentile998] as const),
    histogram: quality?.histogram ?? null,
    histogramRange: quality?.histogramRange ?? null,
  };
});
