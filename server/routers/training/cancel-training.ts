import { z } from "zod";
import { cancelJob } from "../../jobs/cancel-job.ts";
import { projectProcedure } from "../../trpc.ts";

export const cancelTraining = projectProcedure("annotator")
  .input(z.object({ jobId: z.uuid() }))
  .mutation(({ ctx, input }) => cancelJob(ctx.services, { ...input, by: ctx.user.id }));
