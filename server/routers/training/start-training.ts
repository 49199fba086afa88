import { z } from "zod";
import { costlyCall } from "../../call-rate.ts";
import { requestTraining, trainingStarts } from "../../jobs/request-training.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/** `from`: go on from the current model, as ever, or start from nothing. */
export const startTraining = projectProcedure("annotator")
  .use(atMost(costlyCall("training.start", 20, 60)))
  .input(z.object({ from: z.enum(trainingStarts).default("current") }))
  .mutation(({ ctx, input }) =>
    requestTraining(ctx.services, { projectId: ctx.projectId, createdBy: ctx.user.id, from: input.from }),
  );
