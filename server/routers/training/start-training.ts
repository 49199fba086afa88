import { z } from "zod";
import { requestTraining, trainingStarts } from "../../jobs/request-training.ts";
import { projectProcedure } from "../../trpc.ts";

/** `from`: go on from the current model, as ever, or start from nothing. */
export const startTraining = projectProcedure("annotator")
  .input(z.object({ from: z.enum(trainingStarts).default("current") }))
  .mutation(({ ctx, input }) =>
    requestTraining(ctx.services, { projectId: ctx.projectId, createdBy: ctx.user.id, from: input.from }),
  );
