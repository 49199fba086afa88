import { undoDecision } from "../../proposals/decide.ts";
import { volumeProcedure } from "../../trpc.ts";
import { questionInput } from "./question-input.ts";

export const undoProposalDecision = volumeProcedure("annotator")
  .input(questionInput)
  .mutation(({ ctx, input }) =>
    undoDecision(ctx.services, { ...input, projectId: ctx.projectId, userId: ctx.user.id }),
  );
