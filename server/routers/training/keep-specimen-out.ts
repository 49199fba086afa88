import { and, eq, ne } from "drizzle-orm";
import { z } from "zod";
import { volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { projectProcedure } from "../../trpc.ts";

/** Two volumes of one specimen are never on both sides: all of them change at once. */
export const keepSpecimenOut = projectProcedure("reviewer")
  .input(z.object({ specimen: z.string().min(1).max(500), keptOut: z.boolean() }))
  .mutation(async ({ ctx, input }) => {
    const { projectId } = ctx;
    const { specimen, keptOut } = input;
    await ctx.services.db.transaction(async (tx) => {
      const changed = await tx
        .update(volume)
        .set({ keptOut })
        .where(and(eq(volume.projectId, projectId), eq(volume.specimen, specimen), ne(volume.keptOut, keptOut)))
        .returning({ id: volume.id });
      if (changed.length === 0) return;
      const details = { specimen, keptOut };
      await recordAudit(tx, { act: "training.specimen-kept-out", by: ctx.user.id, projectId, details });
    });
    ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    ctx.services.events.publish({ topic: "training", projectId: ctx.projectId });
  });
