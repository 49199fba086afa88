import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { importJob, volume } from "../../../db/schema/index.ts";
import { volumePrefix } from "../../ingest/jobs/import-places.ts";
import { importQueueOf } from "../../ingest/jobs/import-queue.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import { volumeProcedure } from "../../trpc.ts";

/** The page asks twice; so does this: the name must be given. Image, labels and history are gone for good. */
export const deleteVolume = volumeProcedure("owner")
  .input(z.object({ name: z.string().max(200) }))
  .mutation(async ({ ctx, input }) => {
    const { db, blobs, events } = ctx.services;
    const jobs = await db
      .select({ id: importJob.id })
      .from(importJob)
      .where(and(eq(importJob.volumeId, input.volumeId), eq(importJob.state, "running")));
    await db.transaction(async (tx) => {
      const removed = await tx
        .delete(volume)
        .where(and(eq(volume.id, input.volumeId), eq(volume.name, input.name.trim())))
        .returning({ id: volume.id });
      if (removed.length === 0)
        throw new Problem({
          tag: "name-differs",
          what: "The name does not match, so nothing was deleted.",
          hint: "Type the volume's name as it is shown.",
        });
      await scheduleBlobRemoval(tx, [volumePrefix(input.volumeId)]);
    });
    for (const { id } of jobs) await importQueueOf(ctx.services).stop(id);
    await removeScheduledBlobs(db, blobs);
    events.publish({ topic: "volume", projectId: ctx.projectId, volumeId: input.volumeId });
    events.publish({ topic: "project", projectId: ctx.projectId });
  });
