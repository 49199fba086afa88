import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { importJob, study, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { blobsOfDeletedVolume } from "../../export/freezing/kept-images.ts";
import { endImports } from "../../imports/end-imports.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import { afterDropping, dropDesks } from "../../studies/drop-desks.ts";
import { volumeProcedure } from "../../trpc.ts";

/**
 * The page asks twice; so does this: the name must be given. Image, labels and history are gone for good; what a dataset
 * version holds of them stays with it.
 */
export const deleteVolume = volumeProcedure("owner")
  .input(z.object({ name: z.string().max(200) }))
  .mutation(async ({ ctx, input }) => {
    const { db, blobs, events } = ctx.services;
    const { jobs, layers } = await db.transaction(async (tx) => {
      await tx.execute(sql`select 1 from volume where id = ${input.volumeId} for update`);
      const imports = await tx.delete(importJob).where(eq(importJob.volumeId, input.volumeId)).returning();
      const studies = await tx.select({ id: study.id }).from(study).where(eq(study.volumeId, input.volumeId));
      const layers = await dropDesks(
        tx,
        studies.map(({ id }) => id),
      );
      const removed = await tx
        .delete(volume)
        .where(and(eq(volume.id, input.volumeId), eq(volume.name, input.name.trim())))
        .returning({ name: volume.name });
      if (removed.length === 0)
        throw new Problem({
          tag: "name-differs",
          what: "The name does not match, so nothing was deleted.",
          hint: "Type the volume's name as it is shown.",
        });
      await scheduleBlobRemoval(tx, await blobsOfDeletedVolume(tx, input.volumeId));
      const details = { volumeId: input.volumeId, name: removed[0].name };
      await recordAudit(tx, { act: "volume.deleted", by: ctx.user.id, projectId: ctx.projectId, details });
      return { jobs: imports, layers };
    });
    await afterDropping(ctx.services, layers);
    await endImports(ctx.services, jobs);
    await removeScheduledBlobs(db, blobs);
    events.publish({ topic: "volume", projectId: ctx.projectId, volumeId: input.volumeId });
    events.publish({ topic: "project", projectId: ctx.projectId });
  });
