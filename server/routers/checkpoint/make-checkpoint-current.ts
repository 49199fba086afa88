import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { checkpoint } from "../../../db/schema/index.ts";
import { costlyCall } from "../../call-rate.ts";
import { storeProductModel } from "../../checkpoints/product-model.ts";
import { readStoredModel } from "../../checkpoints/read-stored-model.ts";
import { makeCurrent } from "../../jobs/begin/make-current.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/** Any checkpoint that can be read can make the proposals again. */
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
    await makeCurrent(services, { projectId, model: row.id, by: ctx.user.id });
  });

/** A first guess for a project that did not begin by itself: the model that comes with the product proposes in all volumes. */
export const guessNuclei = projectProcedure("reviewer")
  .use(atMost(costlyCall("checkpoint.guess", 10, 30)))
  .mutation(async ({ ctx }) => {
    const { services, projectId } = ctx;
    const model = await storeProductModel(services, projectId);
    await makeCurrent(services, { projectId, model, by: ctx.user.id });
  });
