import { eq } from "drizzle-orm";
import { project } from "../../../db/schema/index.ts";
import { reviewHolders } from "../../reviews/review-claims.ts";
import { volumeProcedure } from "../../trpc.ts";

/** The project's rule, and who looks at which nucleus now: pages keep that by the topic `review`, and count by the list. */
export const reviewStateOfVolume = volumeProcedure("viewer").query(async ({ ctx, input }) => {
  const { db } = ctx.services;
  const [rule] = await db
    .select({
      scope: project.reviewScope,
      sharePercent: project.reviewSharePercent,
      newcomerDays: project.newcomerDays,
    })
    .from(project)
    .where(eq(project.id, ctx.projectId));
  return { rule, holders: await reviewHolders(db, input.volumeId) };
});
