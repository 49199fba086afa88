import { TRPCError } from "@trpc/server";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { trainingBox } from "../../../db/schema/index.ts";
import { volumeProcedure } from "../../trpc.ts";
import { requireRoleForKind } from "./box-kind.ts";

export const removeBox = volumeProcedure("annotator")
  .input(z.object({ boxId: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const { db, events } = ctx.services;
    const itsRow = and(eq(trainingBox.id, input.boxId), eq(trainingBox.volumeId, input.volumeId));
    const [box] = await db.select({ kind: trainingBox.kind }).from(trainingBox).where(itsRow);
    if (!box) throw new TRPCError({ code: "NOT_FOUND", message: "This box is gone already." });
    requireRoleForKind(ctx.role, box.kind);
    await db.delete(trainingBox).where(itsRow);
    events.publish({ topic: "boxes", projectId: ctx.projectId, volumeId: input.volumeId });
  });
