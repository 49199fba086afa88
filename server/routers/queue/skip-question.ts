import { skip } from "../../proposals/decide.ts";
import { volumeProcedure } from "../../trpc.ts";
import { questionInput } from "./question-input.ts";

export const skipQuestion = volumeProcedure("annotator")
  .input(questionInput)
  .mutation(({ ctx, input }) => skip(ctx.services, { ...input, projectId: ctx.projectId, userId: ctx.user.id }));
