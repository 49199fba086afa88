import { z } from "zod";
import { labelValueSchema } from "../../../core/contract/voxel-shapes.ts";
import { nextReview } from "../../reviews/next-review.ts";
import { volumeProcedure } from "../../trpc.ts";
import { pageInput } from "./review-input.ts";

/** A nucleus that waits for a second person, or null. What this page held before is free again. */
export const nextNucleus = volumeProcedure("annotator")
  .input(pageInput.extend({ skipped: z.array(labelValueSchema).max(1000) }))
  .mutation(({ ctx, input }) => {
    const { volumeId, pageId, skipped } = input;
    const { id: userId, name: userName } = ctx.user;
    return nextReview(ctx.services, { volumeId, pageId, skipped, userId, userName });
  });
