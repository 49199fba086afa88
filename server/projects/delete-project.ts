import { eq, inArray } from "drizzle-orm";
import {
  checkpoint,
  datasetVersion,
  importJob,
  project,
  snapshot,
  study,
  upload,
  volume,
} from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { volumesKeptByVersions } from "../export/freezing/kept-images.ts";
import { removeUploadFolders } from "../imports/clean-up.ts";
import { endImports } from "../imports/end-imports.ts";
import type { Services } from "../services.ts";
import { scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { afterDropping, dropDesks } from "../studies/drop-desks.ts";

/**
 * Rows go by cascade, blobs after them: what a reader can still find in the database has its bytes. Imports end, and what
 * was uploaded goes, whole or not. Returns the volumes that are gone, so that open documents can be closed.
 */
export async function deleteProject(
  services: Services,
  projectId: string,
  by: string,
): Promise<{ volumeIds: string[] }> {
  const { volumeIds, imports, uploadIds, layers } = await services.db.transaction(async (tx) => {
    const volumeIds = (
      await tx.select({ id: volume.id }).from(volume).where(eq(volume.projectId, projectId)).for("update")
    ).map((row) => row.id);
    const snapshots = await tx.select({ id: snapshot.id }).from(snapshot).where(eq(snapshot.projectId, projectId));
    const checkpoints = await tx
      .select({ prefix: checkpoint.blobPrefix })
      .from(checkpoint)
      .where(eq(checkpoint.projectId, projectId));
    const datasets = await tx
      .select({ id: datasetVersion.id })
      .from(datasetVersion)
      .where(eq(datasetVersion.projectId, projectId));
    const keptIds = await volumesKeptByVersions(tx, { projectId });
    const folder = (prefix: string) => (prefix.endsWith("/") ? prefix : `${prefix}/`);
    await scheduleBlobRemoval(tx, [
      ...[...volumeIds, ...keptIds].map((id) => `volumes/${id}/`),
      ...snapshots.map(({ id }) => `snapshots/${id}/`),
      ...datasets.map(({ id }) => `datasets/${id}/`),
      ...checkpoints.map(({ prefix }) => folder(prefix)),
      `projects/${projectId}/`,
    ]);
    const imports = await tx.delete(importJob).where(eq(importJob.projectId, projectId)).returning();
    const uploads = await tx.delete(upload).where(eq(upload.projectId, projectId)).returning({ id: upload.id });
    // Locked: of two owners who delete it at once, one finds nothing.
    const itsRow = tx.select({ name: project.name }).from(project).where(eq(project.id, projectId));
    const [present] = await itsRow.for("update");
    if (present) {
      const details = { name: present.name, volumes: volumeIds.length };
      await recordAudit(tx, { act: "project.deleted", by, projectId, details });
    }
    const studies = await tx.select({ id: study.id }).from(study).where(eq(study.projectId, projectId));
    const layers = await dropDesks(
      tx,
      studies.map(({ id }) => id),
    );
    if (volumeIds.length > 0) await tx.delete(volume).where(inArray(volume.id, volumeIds));
    await tx.delete(project).where(eq(project.id, projectId));
    return { volumeIds, imports, uploadIds: uploads.map(({ id }) => id), layers };
  });
  await afterDropping(services, layers);
  await endImports(services, imports);
  await removeUploadFolders(services.environment.dataRoot, uploadIds);
  return { volumeIds };
}
