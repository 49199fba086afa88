import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { trainingJob, trainingMetric } from "../../../db/schema/index.ts";
import { projectProcedure } from "../../trpc.ts";

/** Loss and validation AP of one training, ascending by step. */
export const trainingMetrics = projectProcedure("viewer")
  .input(z.object({ jobId: z.uuid() }))
  .query(({ ctx, input }) =>
    ctx.services.db
      .select({
        step: trainingMetric.step,
        elapsedSeconds: trainingMetric.elapsedSeconds,
        loss: trainingMetric.loss,
        validationAp50: trainingMetric.validationAp50,
        validationAp75: trainingMetric.validationAp75,
      })
      .from(trainingMetric)
      .innerJoin(trainingJob, eq(trainingJob.id, trainingMetric.jobId))
      .where(and(eq(trainingMetric.jobId, input.jobId), eq(trainingJob.projectId, ctx.projectId)))
      .orderBy(asc(trainingMetric.step)),
  );
