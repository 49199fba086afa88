import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import { importJob, upload, volume } from "../../../db/schema/index.ts";
import { nudgeImports } from "../../imports/import-queue.ts";
import { uploadsOf } from "../../storage/import-places.ts";
import { volumeProcedure } from "../../trpc.ts";

/** Queues a failed import once more, with the answers that were given: its files are kept until it is dismissed. */
export const retryImport = volumeProcedure("reviewer").mutation(async ({ ctx, input }) => {
  const { db, events } = ctx.services;
  await db.transaction(async (tx) => {
    await tx.execute(sql`select 1 from volume where id = ${input.volumeId} for update`);
    const [job] = await tx
      .select()
      .from(importJob)
      .where(eq(importJob.volumeId, input.volumeId))
      .orderBy(desc(importJob.createdAt))
      .limit(1);
    if (job?.state !== "failed")
      throw new Problem({
        tag: "nothing-failed",
        what: "No import of this volume has failed, or somebody has started it again already.",
      });
    const needed = uploadsOf(job.request);
    const kept = await tx.select({ id: upload.id }).from(upload).where(inArray(upload.id, needed));
    if (kept.length < needed.length)
      throw new Problem({
        tag: "upload-gone",
        what: "The uploaded file is no longer there: it is kept for a week.",
        hint: "Remove this import, then choose the file again.",
      });
    await tx
      .update(importJob)
      .set({ state: "queued", attempts: 0, progressPercent: 0, phase: "", problem: null, finishedAt: null })
      .where(eq(importJob.id, job.id));
    await tx
      .update(volume)
      .set({ state: "importing", importProgress: 0, problem: null })
      .where(and(eq(volume.id, input.volumeId), eq(volume.state, "failed")));
  });
  nudgeImports(ctx.services);
  events.publish({ topic: "volume", projectId: ctx.projectId, volumeId: input.volumeId });
  events.publish({ topic: "project", projectId: ctx.projectId });
});
