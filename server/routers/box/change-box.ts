import { TRPCError } from "@trpc/server";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { trainingBox, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { volumeProcedure } from "../../trpc.ts";
import { requireRoleForKind } from "./box-kind.ts";
import { boxInput, requirePlace } from "./box-place.ts";

/** Another place or meaning of a box; who made it first stays written down with it. */
export const changeBox = volumeProcedure("annotator")
  .input(boxInput.extend({ boxId: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const { db, events } = ctx.services;
    const { volumeId, boxId, kind, minZyx, maxZyx } = input;
    const itsRow = and(eq(trainingBox.id, boxId), eq(trainingBox.volumeId, volumeId));
    requireRoleForKind(ctx.role, kind);
    await requirePlace(db, volumeId, input);
    await db.transaction(async (tx) => {
      const [before] = await tx
        .select({ kind: trainingBox.kind, minZyx: trainingBox.minZyx, maxZyx: trainingBox.maxZyx, volume: volume.name })
        .from(trainingBox)
        .innerJoin(volume, eq(volume.id, trainingBox.volumeId))
        .where(itsRow)
        .for("update", { of: trainingBox });
      if (!before) throw new TRPCError({ code: "NOT_FOUND", message: "This box is gone already." });
      requireRoleForKind(ctx.role, before.kind);
      await tx.update(trainingBox).set({ kind, minZyx, maxZyx }).where(itsRow);
      await recordAudit(tx, {
        act: "box.changed",
        by: ctx.user.id,
        projectId: ctx.projectId,
        details: {
          volumeId,
          volume: before.volume,
          from: { kind: before.kind, minZyx: [...before.minZyx], maxZyx: [...before.maxZyx] },
          to: { kind, minZyx: [...minZyx], maxZyx: [...maxZyx] },
        },
      });
    });
    events.publish({ topic: "boxes", projectId: ctx.projectId, volumeId });
  });
