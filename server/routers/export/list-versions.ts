import { desc, eq, inArray } from "drizzle-orm";
import { checkpoint, datasetVersion, user, volume } from "../../../db/schema/index.ts";
import { refusedFormats } from "../../export/format-objections.ts";
import { volumesKeptByVersions } from "../../export/freezing/kept-images.ts";
import { datasetDescriptionSchema } from "../../export/frozen/dataset-description.ts";
import { imagePrefix } from "../../storage/import-places.ts";
import { projectProcedure } from "../../trpc.ts";

/** Newest first, with what a person wants to know before fetching one. */
export const listVersions = projectProcedure("viewer").query(async ({ ctx }) => {
  const { db } = ctx.services;
  const rows = await db
    .select({ version: datasetVersion, by: user.name })
    .from(datasetVersion)
    .innerJoin(user, eq(user.id, datasetVersion.createdBy))
    .where(eq(datasetVersion.projectId, ctx.projectId))
    .orderBy(desc(datasetVersion.version));
  const present = new Set(
    (await db.select({ id: volume.id }).from(volume).where(eq(volume.projectId, ctx.projectId))).map(({ id }) => id),
  );
  const kept = new Set<string>();
  for (const id of await volumesKeptByVersions(db, { projectId: ctx.projectId }))
    if ((await ctx.services.blobs.head(`${imagePrefix(id)}zarr.json`)) !== null) kept.add(id);
  const imageOf = (id: string): "there" | "kept" | "gone" =>
    present.has(id) ? "there" : kept.has(id) ? "kept" : "gone";
  const checkpointIds = rows.flatMap(({ version }) => (version.checkpointId ? [version.checkpointId] : []));
  const models = new Set(
    checkpointIds.length === 0
      ? []
      : (await db.select({ id: checkpoint.id }).from(checkpoint).where(inArray(checkpoint.id, checkpointIds))).map(
          ({ id }) => id,
        ),
  );
  return rows.map(({ version, by }) => {
    const description = version.description ? datasetDescriptionSchema.parse(version.description) : null;
    return {
      id: version.id,
      version: version.version,
      state: version.state,
      progress: version.progress,
      problem: version.problem,
      by,
      createdAt: version.createdAt,
      approvedOnly: version.approvedOnly,
      checkpointId: version.checkpointId && models.has(version.checkpointId) ? version.checkpointId : null,
      contents: description && {
        licence: description.licence,
        annotators: description.annotators,
        refused: refusedFormats(description),
        volumes: description.volumes.map((one) => ({
          name: one.name,
          fileName: one.fileName,
          specimen: one.specimen,
          split: one.split,
          nuclei: one.nuclei,
          unfinishedNuclei: one.unfinishedNuclei,
          knownShare: one.knownShare,
          /** `kept`: deleted, and its image is here still. `gone`: the version cannot be fetched any more. */
          image: imageOf(one.id),
        })),
      },
    };
  });
});
