import { and, eq, inArray, sql } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import { importJob, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { endImports } from "../../imports/end-imports.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import { volumePrefix } from "../../storage/import-places.ts";
import { volumeProcedure } from "../../trpc.ts";

/** Ends what is being imported into a volume: queued, running or failed. A volume that is not ready goes with it. */
export const cancelImport = volumeProcedure("reviewer").mutation(async ({ ctx, input }) => {
  const { db, blobs, events } = ctx.services;
  const jobs = await db.transaction(async (tx) => {
    // In the order in which a finishing import locks them.
    await tx.execute(sql`select 1 from volume where id = ${input.volumeId} for update`);
    const unfinished = and(
      eq(importJob.volumeId, input.volumeId),
      inArray(importJob.state, ["queued", "running", "failed"]),
    );
    const removed = await tx.delete(importJob).where(unfinished).returning();
    if (removed.some(({ state, labels }) => labels !== null && state !== "failed"))
      throw new Problem({
        tag: "too-late",
        what: "These labels are already being added to what people have painted, and are complete in a moment.",
        hint: "Wait for it. Then delete what you do not want.",
      });
    const [present] = await tx.select({ name: volume.name }).from(volume).where(eq(volume.id, input.volumeId));
    const unready = and(eq(volume.id, input.volumeId), inArray(volume.state, ["importing", "failed"]));
    const gone = await tx.delete(volume).where(unready).returning({ id: volume.id });
    await scheduleBlobRemoval(
      tx,
      gone.map(({ id }) => volumePrefix(id)),
    );
    if (removed.length > 0 || gone.length > 0)
      await recordAudit(tx, {
        act: "volume.import-cancelled",
        by: ctx.user.id,
        projectId: ctx.projectId,
        details: { volumeId: input.volumeId, name: present?.name ?? "", volumeRemoved: gone.length > 0 },
      });
    return removed;
  });
  await endImports(ctx.services, jobs);
  await removeScheduledBlobs(db, blobs);
  events.publish({ topic: "volume", projectId: ctx.projectId, volumeId: input.volumeId });
  events.publish({ topic: "project", projectId: ctx.projectId });
});
