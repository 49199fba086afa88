import { eq, inArray } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkpoint, datasetVersion, project, snapshot, volume } from "../../db/schema/index.ts";
import { scheduleBlobRemoval } from "../storage/blob-removal.ts";

/**
 * Rows go by cascade, blobs after them: what a reader can still find in the database has its bytes. Returns the volumes
 * that are gone, so that open documents can be closed.
 */
export async function deleteProject(db: Database, projectId: string): Promise<{ volumeIds: string[] }> {
  return db.transaction(async (tx) => {
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
    const folder = (prefix: string) => (prefix.endsWith("/") ? prefix : `${prefix}/`);
    await scheduleBlobRemoval(tx, [
      ...volumeIds.map((id) => `volumes/${id}/`),
      ...snapshots.map(({ id }) => `snapshots/${id}/`),
      ...datasets.map(({ id }) => `datasets/${id}/`),
      ...checkpoints.map(({ prefix }) => folder(prefix)),
      `projects/${projectId}/`,
    ]);
    if (volumeIds.length > 0) await tx.delete(volume).where(inArray(volume.id, volumeIds));
    await tx.delete(project).where(eq(project.id, projectId));
    return { volumeIds };
  });
}
