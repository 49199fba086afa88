import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { checkpoint } from "../../../db/schema/index.ts";
import { readStoredModel } from "../../checkpoints/read-stored-model.ts";
import { requestPrediction } from "../../jobs/request-prediction.ts";
import { freezeProject } from "../../snapshots/freeze-project.ts";
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
    await services.db.transaction((tx) =>
      requestPrediction(tx, { projectId, checkpointId: row.id, snapshotId, createdBy: ctx.user.id }),
    );
    services.events.publish({ topic: "training", projectId });
  });
