import { and, eq, sql } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import type { Transaction } from "../../../db/client.ts";
import { datasetVersion, deposit, snapshot } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { Services } from "../../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import { snapshotFolder } from "../../storage/snapshot-places.ts";
import { datasetFolder } from "../frozen/dataset-blobs.ts";
import { nudgeFreezer, stopFreezing } from "./dataset-freezer.ts";
import { imagesKeptFor } from "./kept-images.ts";

/** A program reads it. Its draft, or record, is no reason to keep it. */
async function assertNotSent(tx: Transaction, versionId: string): Promise<void> {
  const sent = await tx
    .select({ id: deposit.id })
    .from(deposit)
    .where(and(eq(deposit.versionId, versionId), eq(deposit.state, "uploading")));
  if (sent.length > 0)
    throw new Problem({
      tag: "version-is-sent",
      what: "This dataset version is being sent to Zenodo.",
      hint: "Cancel that first, and discard the draft there.",
    });
}

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
    await assertNotSent(tx, versionId);
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
