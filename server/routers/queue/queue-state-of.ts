import { eq } from "drizzle-orm";
import { project } from "../../../db/schema/index.ts";
import { decisionsSinceTraining } from "../../jobs/decisions-since-training.ts";
import { queueState } from "../../proposals/queue-state.ts";
import { volumeProcedure } from "../../trpc.ts";

export const queueStateOf = volumeProcedure("viewer").query(async ({ ctx, input }) => {
  const { db } = ctx.services;
  const [settings] = await db.select().from(project).where(eq(project.id, ctx.projectId));
  return {
    ...(await queueState(db, ctx.projectId, input.volumeId)),
    decisions: await decisionsSinceTraining(db, ctx.projectId),
    retrainAfterDecisions: settings.retrainAfterDecisions,
    autoRetrain: settings.autoRetrain,
    plantEvery: settings.plantEvery,
  };
});
