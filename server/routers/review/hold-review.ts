import { dropClaims, prolongReview, tellHeld } from "../../reviews/review-claims.ts";
import { volumeProcedure } from "../../trpc.ts";
import { nucleusInput, pageInput } from "./review-input.ts";

/** The page is still looking at it. `held` false: the claim has lapsed, ask for another. */
export const keepReview = volumeProcedure("annotator")
  .input(pageInput.extend(nucleusInput.shape))
  .mutation(async ({ ctx, input }) => ({ held: await prolongReview(ctx.services, { ...input, userId: ctx.user.id }) }));

/** The page goes away, or its person does something else. */
export const releaseReview = volumeProcedure("annotator")
  .input(pageInput)
  .mutation(async ({ ctx, input }) => {
    const { volumeId } = input;
    for (const label of await dropClaims(ctx.services.db, { ...input, userId: ctx.user.id }))
      tellHeld(ctx.services, { projectId: ctx.projectId, volumeId }, label, null);
  });
