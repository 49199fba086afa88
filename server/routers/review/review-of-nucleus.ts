import { reviewOf } from "../../reviews/judge-nucleus.ts";
import { volumeProcedure } from "../../trpc.ts";
import { nucleusInput } from "./review-input.ts";

/** Null where there is no such nucleus. */
export const reviewOfNucleus = volumeProcedure("viewer")
  .input(nucleusInput)
  .query(({ ctx, input }) => reviewOf(ctx.services, { ...input, userId: ctx.user.id }));
