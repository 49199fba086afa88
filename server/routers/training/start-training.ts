import { costlyCall } from "../../call-rate.ts";
import { requestTraining } from "../../jobs/request-training.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

export const startTraining = projectProcedure("annotator")
  .use(atMost(costlyCall("training.start", 20, 60)))
  .mutation(({ ctx }) => requestTraining(ctx.services, { projectId: ctx.projectId, createdBy: ctx.user.id }));
