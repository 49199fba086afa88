import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { checkpoint } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { readStoredModel } from "../../checkpoints/read-stored-model.ts";
import { requestPrediction } from "../../jobs/request-prediction.ts";
import { freezeProject } from "../../snapshots/freeze-project.ts";
import { dropSnapshot } from "../../snapshots/sweep-snapshots.ts";
import { projectProcedure } from "../../trpc.ts";

/** Any checkpoint that can be read can make the proposals again: all volumes are predicted anew, over the labels of this moment. */
export const makeCheckpointCurrent = projectProcedure("reviewer")
  .input(z.object({ checkpointId: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const { services, projectId } = ctx;
    const [row] = await services.db
      .select()
      .from(checkpoint)
      .where(and(eq(checkpoint.id, input.checkpointId), eq(checkpoint.projectId, projectId)));
    if (!row) throw new Problem({ tag: "checkpoint-unknown", what: "This project has no such checkpoint." });
    // Refused here, before anything changes: the prediction would fail, and so would the trainings after it.
    await readStoredModel(services.blobs, row);
    const snapshotId = await freezeProject(services, { projectId, reason: "prediction", createdBy: ctx.user.id });
    const queue = services.db.transaction(async (tx) => {
      await requestPrediction(tx, { projectId, checkpointId: row.id, snapshotId, createdBy: ctx.user.id });
      const details = { checkpointId: row.id };
      await recordAudit(tx, { act: "model.made-current", by: ctx.user.id, projectId, details });
    });
    await queue.catch(async (error) => {
      await dropSnapshot(services, snapshotId);
      throw error;
    });
    services.events.publish({ topic: "training", projectId });
  });
