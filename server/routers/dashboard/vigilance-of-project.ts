import { projectProcedure } from "../../trpc.ts";
import { readPlantedAnswers } from "../../vigilance/planted-answers.ts";

export const vigilanceOfProject = projectProcedure("viewer").query(({ ctx }) =>
  readPlantedAnswers(ctx.services.db, ctx.projectId),
);
