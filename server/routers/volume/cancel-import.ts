import { and, eq, inArray } from "drizzle-orm";
import { importJob, volume } from "../../../db/schema/index.ts";
import { forgetUploads } from "../../ingest/jobs/clean-up.ts";
import { volumePrefix } from "../../ingest/jobs/import-places.ts";
import { importQueueOf } from "../../ingest/jobs/import-queue.ts";
import { removePartialBlobs } from "../../ingest/jobs/run-import.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import { volumeProcedure } from "../../trpc.ts";

/** Ends what is being imported into a volume: queued, running or failed. A volume that is not ready goes with it. */
export const cancelImport = volumeProcedure("reviewer").mutation(async ({ ctx, input }) => {
  const { db, blobs, environment, events } = ctx.services;
  const jobs = await db.transaction(async (tx) => {
    const unfinished = and(
      eq(importJob.volumeId, input.volumeId),
      inArray(importJob.state, ["queued", "running", "failed"]),
    );
    const removed = await tx.delete(importJob).where(unfinished).returning();
    const unready = and(eq(volume.id, input.volumeId), inArray(volume.state, ["importing", "failed"]));
    const gone = await tx.delete(volume).where(unready).returning({ id: volume.id });
    await scheduleBlobRemoval(
      tx,
      gone.map(({ id }) => volumePrefix(id)),
    );
    return removed;
  });
  for (const job of jobs) {
    await importQueueOf(ctx.services).stop(job.id);
    await removePartialBlobs(ctx.services, job);
    await forgetUploads(db, environment.dataRoot, job);
  }
  await removeScheduledBlobs(db, blobs);
  events.publish({ topic: "volume", projectId: ctx.projectId, volumeId: input.volumeId });
  events.publish({ topic: "project", projectId: ctx.projectId });
});
