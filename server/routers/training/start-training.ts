import { requestTraining } from "../../jobs/request-training.ts";
import { projectProcedure } from "../../trpc.ts";

export const startTraining = projectProcedure("annotator").mutation(({ ctx }) =>
  requestTraining(ctx.services, { projectId: ctx.projectId, createdBy: ctx.user.id }),
);
