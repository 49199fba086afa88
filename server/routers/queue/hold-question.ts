import { prolongClaim, releaseClaims } from "../../proposals/claim-next.ts";
import { volumeProcedure } from "../../trpc.ts";
import { pageInput, questionInput } from "./question-input.ts";

/** The page is still looking at it. `held` false: the claim has lapsed, ask for another. */
export const keepQuestion = volumeProcedure("annotator")
  .input(pageInput.extend(questionInput.shape))
  .mutation(async ({ ctx, input }) => ({
    held: await prolongClaim(ctx.services, { ...input, userId: ctx.user.id }),
  }));

/** The page goes away, or its person does something else. */
export const releaseQuestion = volumeProcedure("annotator")
  .input(pageInput)
  .mutation(async ({ ctx, input }) => {
    if (await releaseClaims(ctx.services.db, { ...input, userId: ctx.user.id }))
      ctx.services.events.publish({ topic: "queue", projectId: ctx.projectId });
  });
