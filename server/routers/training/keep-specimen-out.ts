import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { volume } from "../../../db/schema/index.ts";
import { projectProcedure } from "../../trpc.ts";

/** Two volumes of one specimen are never on both sides: all of them change at once. */
export const keepSpecimenOut = projectProcedure("reviewer")
  .input(z.object({ specimen: z.string().min(1).max(500), keptOut: z.boolean() }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.db
      .update(volume)
      .set({ keptOut: input.keptOut })
      .where(and(eq(volume.projectId, ctx.projectId), eq(volume.specimen, input.specimen)));
    ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    ctx.services.events.publish({ topic: "training", projectId: ctx.projectId });
  });
