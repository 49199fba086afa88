import { z } from "zod";
import { retrainWhenDue } from "../../jobs/retrain-when-due.ts";
import { failureLog } from "../../log/failure-log.ts";
import { decide } from "../../proposals/decide.ts";
import { volumeProcedure } from "../../trpc.ts";
import { questionInput } from "./question-input.ts";

/** After the person's act was committed: writes down what became of the proposal. */
export const decideProposal = volumeProcedure("annotator")
  .input(questionInput.extend({ kind: z.enum(["accepted", "corrected", "rejected"]) }))
  .mutation(async ({ ctx, input }) => {
    await decide(ctx.services, { ...input, projectId: ctx.projectId, userId: ctx.user.id });
    // Freezing takes longer than a person should wait for the next question.
    retrainWhenDue(ctx.services, ctx.projectId, ctx.user.id).catch((error) =>
      failureLog.failed("a training that starts by itself", error),
    );
  });
