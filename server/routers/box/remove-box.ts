import { TRPCError } from "@trpc/server";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { trainingBox, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { volumeProcedure } from "../../trpc.ts";
import { requireRoleForKind } from "./box-kind.ts";

export const removeBox = volumeProcedure("annotator")
  .input(z.object({ boxId: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const { db, events } = ctx.services;
    const itsRow = and(eq(trainingBox.id, input.boxId), eq(trainingBox.volumeId, input.volumeId));
    await db.transaction(async (tx) => {
      const [box] = await tx
        .select({ kind: trainingBox.kind, minZyx: trainingBox.minZyx, maxZyx: trainingBox.maxZyx, volume: volume.name })
        .from(trainingBox)
        .innerJoin(volume, eq(volume.id, trainingBox.volumeId))
        .where(itsRow)
        .for("update", { of: trainingBox });
      if (!box) throw new TRPCError({ code: "NOT_FOUND", message: "This box is gone already." });
      requireRoleForKind(ctx.role, box.kind);
      await tx.delete(trainingBox).where(itsRow);
      const details = { volumeId: input.volumeId, ...box, minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] };
      await recordAudit(tx, { act: "box.removed", by: ctx.user.id, projectId: ctx.projectId, details });
    });
    events.publish({ topic: "boxes", projectId: ctx.projectId, volumeId: input.volumeId });
  });
