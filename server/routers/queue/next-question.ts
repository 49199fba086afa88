import { z } from "zod";
import { labelValueSchema } from "../../../core/contract/voxel-shapes.ts";
import { claimNext } from "../../proposals/claim-next.ts";
import { volumeProcedure } from "../../trpc.ts";
import { pageInput } from "./question-input.ts";

/** The most uncertain proposal that nobody is looking at (or `first`, where its answer was taken back), or null. What this page held before is free again. Only a page that says `tellsPlants` is asked about planted ones. */
export const nextQuestion = volumeProcedure("annotator")
  .input(
    pageInput.extend({
      skipped: z.array(labelValueSchema).max(1000),
      first: labelValueSchema.optional(),
      tellsPlants: z.boolean().optional(),
    }),
  )
  .mutation(async ({ ctx, input }) => {
    const question = await claimNext(ctx.services, {
      projectId: ctx.projectId,
      volumeId: input.volumeId,
      userId: ctx.user.id,
      pageId: input.pageId,
      skipped: input.skipped,
      first: input.first,
      tellsPlants: input.tellsPlants,
    });
    ctx.services.events.publish({ topic: "queue", projectId: ctx.projectId });
    return question;
  });
