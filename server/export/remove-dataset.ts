import { and, eq, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { datasetVersion, snapshot } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { snapshotFolder } from "../storage/snapshot-places.ts";
import { datasetFolder } from "./dataset-blobs.ts";
import { nudgeFreezer, stopFreezing } from "./dataset-freezer.ts";
import { imagesKeptFor } from "./kept-images.ts";

/** Stops a version that is still freezing, then takes its row, its snapshot, its blobs and the images that nothing else holds away. */
export async function removeDataset(
  services: Services,
  given: { projectId: string; versionId: string; by: string },
): Promise<void> {
  const { projectId, versionId, by } = given;
  const { db, blobs, events } = services;
  await stopFreezing(services, versionId);
  await db.transaction(async (tx) => {
    // One after the other: of two versions that share an image, the later one takes it along.
    await tx.execute(sql`select 1 from ${datasetVersion} where ${datasetVersion.projectId} = ${projectId} for update`);
    const images = await imagesKeptFor(tx, versionId);
    const [row] = await tx
      .delete(datasetVersion)
      .where(and(eq(datasetVersion.id, versionId), eq(datasetVersion.projectId, projectId)))
      .returning({ snapshotId: datasetVersion.snapshotId, version: datasetVersion.version });
    if (!row)
      throw new Problem({
        tag: "no-such-version",
        what: "This dataset version is not there.",
        hint: "Reload the page.",
      });
    await scheduleBlobRemoval(tx, [
      datasetFolder(versionId),
      ...images,
      ...(row.snapshotId ? [snapshotFolder(row.snapshotId)] : []),
    ]);
    if (row.snapshotId) await tx.delete(snapshot).where(eq(snapshot.id, row.snapshotId));
    const details = { versionId, version: row.version };
    await recordAudit(tx, { act: "export.version-deleted", by, projectId, details });
  });
  await removeScheduledBlobs(db, blobs);
  nudgeFreezer(services);
  events.publish({ topic: "export", projectId });
}
