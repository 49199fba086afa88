import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { trainingJob } from "../../../db/schema/index.ts";
import { projectProcedure } from "../../trpc.ts";

/** The job that runs or waits for this project now, for the editor's header; cheap, as every page asks it. */
export const trainingActivity = projectProcedure("viewer").query(async ({ ctx }) => {
  const [job] = await ctx.services.db
    .select({
      id: trainingJob.id,
      kind: trainingJob.kind,
      state: trainingJob.state,
      progress: trainingJob.progress,
      phase: trainingJob.phase,
      cancelRequested: trainingJob.cancelRequested,
    })
    .from(trainingJob)
    .where(and(eq(trainingJob.projectId, ctx.projectId), inArray(trainingJob.state, ["queued", "leased"])))
    .orderBy(desc(sql`${trainingJob.state} = 'leased'`), desc(trainingJob.priority), trainingJob.createdAt)
    .limit(1);
  return { job: job ?? null };
});
