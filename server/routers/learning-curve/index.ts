import { and, asc, eq, isNotNull } from "drizzle-orm";
import { checkpoint } from "../../../db/schema/index.ts";
import { projectProcedure, router } from "../../trpc.ts";
import { auditSample } from "./audit-sample.ts";
import { doubtReliability } from "./doubt-reliability.ts";

/** One point per checkpoint that was measured on something kept out; the others have no number and no point. */
const points = projectProcedure("viewer").query(async ({ ctx }) => {
  const rows = await ctx.services.db
    .select({
      checkpointId: checkpoint.id,
      snapshotId: checkpoint.snapshotId,
      metrics: checkpoint.metrics,
      nucleiLabelled: checkpoint.nucleiLabelled,
      activeMinutes: checkpoint.activeMinutes,
      promoted: checkpoint.promoted,
      createdAt: checkpoint.createdAt,
    })
    .from(checkpoint)
    .where(and(eq(checkpoint.projectId, ctx.projectId), isNotNull(checkpoint.metrics)))
    .orderBy(asc(checkpoint.createdAt));
  return rows.flatMap(({ metrics, ...row }) =>
    metrics
      ? [{ ...row, ap50: metrics.ap50, ap75: metrics.ap75, dice: metrics.dice, keptOutNuclei: metrics.nuclei }]
      : [],
  );
});

const audit = projectProcedure("viewer").query(({ ctx }) => auditSample(ctx.services.db, ctx.projectId));

const reliability = projectProcedure("viewer").query(({ ctx }) => doubtReliability(ctx.services.db, ctx.projectId));

export const learningCurveRouter = router({ points, audit, reliability });
