import { z } from "zod";
import { answerReview, judgeNucleus, takeBack } from "../../reviews/judge-nucleus.ts";
import { volumeProcedure } from "../../trpc.ts";
import { MAX_NOTE, nucleusInput, seenInput } from "./review-input.ts";

const note = z.string().trim().max(MAX_NOTE);

export const approveNucleus = volumeProcedure("annotator")
  .input(seenInput)
  .mutation(async ({ ctx, input }) => {
    await judgeNucleus(ctx.services, { ...input, userId: ctx.user.id, verdict: "approved", note: "" });
  });

/** With what is wrong, in words. */
export const sendNucleusBack = volumeProcedure("annotator")
  .input(seenInput.extend({ note: note.min(1, "Say what is wrong with it.") }))
  .mutation(async ({ ctx, input }) => {
    await judgeNucleus(ctx.services, { ...input, userId: ctx.user.id, verdict: "sent-back" });
  });

/** By whoever gave it. */
export const takeVerdictBack = volumeProcedure("annotator")
  .input(nucleusInput)
  .mutation(async ({ ctx, input }) => {
    await takeBack(ctx.services, { ...input, userId: ctx.user.id });
  });

/** What was sent back is right as it is, say those who made it. */
export const answerSentBack = volumeProcedure("annotator")
  .input(nucleusInput.extend({ note: note.min(1, "Say why it is right as it is.") }))
  .mutation(async ({ ctx, input }) => {
    await answerReview(ctx.services, { ...input, userId: ctx.user.id });
  });
