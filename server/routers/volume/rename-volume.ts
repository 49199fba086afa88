import { and, eq, ne } from "drizzle-orm";
import { z } from "zod";
import { volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { volumeProcedure } from "../../trpc.ts";
import { specimenSchema, volumeNameSchema } from "./import-input.ts";
import { nameTaken } from "./insert-volume.ts";

/** Name and specimen can be put right at any time; splits of data made before keep what they were made with. */
export const renameVolume = volumeProcedure("reviewer")
  .input(z.object({ name: volumeNameSchema, specimen: specimenSchema }))
  .mutation(async ({ ctx, input: { volumeId, name, specimen } }) => {
    const { db, events } = ctx.services;
    await db.transaction(async (tx) => {
      const same = and(eq(volume.projectId, ctx.projectId), eq(volume.name, name), ne(volume.id, volumeId));
      const [other] = await tx.select({ id: volume.id }).from(volume).where(same);
      if (other) throw nameTaken(name);
      const [before] = await tx.select().from(volume).where(eq(volume.id, volumeId)).for("update");
      if (!before) return; // deleted meanwhile
      await tx.update(volume).set({ name, specimen }).where(eq(volume.id, volumeId));
      const tell = (one: { name: string; specimen: string }) => `${one.name} (specimen ${one.specimen})`;
      const details = { volumeId, from: tell(before), to: tell({ name, specimen }) };
      await recordAudit(tx, { act: "volume.renamed", by: ctx.user.id, projectId: ctx.projectId, details });
    });
    events.publish({ topic: "volume", projectId: ctx.projectId, volumeId });
  });
