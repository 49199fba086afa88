import { openQuestions } from "../../proposals/queue-state.ts";
import { projectProcedure } from "../../trpc.ts";

/** Open questions of each volume that has any, and proposals that nobody is asked about as the border cuts them. */
export const queueOfProject = projectProcedure("viewer").query(({ ctx }) =>
  openQuestions(ctx.services.db, ctx.projectId),
);
