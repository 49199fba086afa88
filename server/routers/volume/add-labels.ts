import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { importJob, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { nudgeImports } from "../../imports/import-queue.ts";
import { volumeProcedure } from "../../trpc.ts";
import { labelsSchema, resolveLabels } from "./import-labels.ts";

/** Labels for a volume that is there, as accepted nuclei or as proposals. */
export const addLabels = volumeProcedure("reviewer")
  .input(z.object({ labels: labelsSchema }))
  .mutation(async ({ ctx, input }) => {
    const { db, events } = ctx.services;
    const owner = { projectId: ctx.projectId, userId: ctx.user.id };
    const [target] = await db.select().from(volume).where(eq(volume.id, input.volumeId));
    const labelled = { ...target, image: null };
    const { origin, request } = await resolveLabels(ctx.services, owner, input.labels, labelled);
    const running = await db
      .select({ id: importJob.id })
      .from(importJob)
      .where(and(eq(importJob.volumeId, target.id), inArray(importJob.state, ["queued", "running"])));
    if (target.state !== "ready" || running.length > 0)
      throw new Problem({
        tag: "volume-busy",
        what: "The volume is still being imported.",
        where: target.name,
        hint: "Add the labels when it is ready.",
      });
    const job = await db.transaction(async (tx) => {
      const [row] = await tx
        .insert(importJob)
        .values({
          projectId: ctx.projectId,
          volumeId: target.id,
          userId: ctx.user.id,
          request: { image: null, labels: request },
        })
        .returning({ jobId: importJob.id });
      const source = origin.kind === "upload" ? origin.fileName : "";
      const details = { volumeId: target.id, name: target.name, source };
      await recordAudit(tx, { act: "volume.labels-added", by: ctx.user.id, projectId: ctx.projectId, details });
      return row;
    });
    nudgeImports(ctx.services);
    events.publish({ topic: "volume", projectId: ctx.projectId, volumeId: target.id });
    return job;
  });
