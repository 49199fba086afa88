import { z } from "zod";
import { removeDataset } from "../../export/freezing/remove-dataset.ts";
import { projectProcedure } from "../../trpc.ts";

/** Cancels a version that is being made, or deletes one. */
export const removeVersion = projectProcedure("owner")
  .input(z.object({ versionId: z.uuid() }))
  .mutation(({ ctx, input }) => removeDataset(ctx.services, { ...input, by: ctx.user.id }));
