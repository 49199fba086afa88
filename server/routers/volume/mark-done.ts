import { eq } from "drizzle-orm";
import { z } from "zod";
import { volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { volumeProcedure } from "../../trpc.ts";

/** A person vouches that a volume is labelled, or that it is not after all; nothing else follows from it. */
export const markVolumeDone = volumeProcedure("annotator")
  .input(z.object({ isDone: z.boolean() }))
  .mutation(async ({ ctx, input: { volumeId, isDone } }) => {
    const { db, events } = ctx.services;
    await db.transaction(async (tx) => {
      const [before] = await tx.select().from(volume).where(eq(volume.id, volumeId)).for("update");
      if (!before || (before.doneAt !== null) === isDone) return; // deleted, or somebody was first
      await tx
        .update(volume)
        .set(isDone ? { doneAt: new Date(), doneBy: ctx.user.id } : { doneAt: null, doneBy: null })
        .where(eq(volume.id, volumeId));
      const details = { volumeId, name: before.name };
      const act = isDone ? ("volume.done" as const) : ("volume.reopened" as const);
      await recordAudit(tx, { act, by: ctx.user.id, projectId: ctx.projectId, details });
    });
    events.publish({ topic: "volume", projectId: ctx.projectId, volumeId });
  });
