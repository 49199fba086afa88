import { eq } from "drizzle-orm";
import { z } from "zod";
import { diameterObjection, MAX_DIAMETER_UM, MIN_DIAMETER_UM } from "../../../core/perception/nucleus-diameter.ts";
import { volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { volumeProcedure } from "../../trpc.ts";

/** How wide nuclei of a volume are, for whatever model looks at it from then on; null forgets it. Proposals that are there stay. */
export const setNucleusDiameter = volumeProcedure("annotator")
  .input(z.object({ diameterUm: z.number().min(MIN_DIAMETER_UM).max(MAX_DIAMETER_UM).nullable() }))
  .mutation(async ({ ctx, input: { volumeId, diameterUm } }) => {
    const { db, events } = ctx.services;
    await db.transaction(async (tx) => {
      const [before] = await tx.select().from(volume).where(eq(volume.id, volumeId)).for("update");
      if (!before) return; // deleted meanwhile
      const objection = diameterUm === null ? null : diameterObjection(diameterUm, before);
      if (objection) throw objection;
      await tx.update(volume).set({ nucleusDiameterUm: diameterUm }).where(eq(volume.id, volumeId));
      const details = { volumeId, name: before.name, fromUm: before.nucleusDiameterUm, toUm: diameterUm };
      await recordAudit(tx, { act: "volume.nucleus-size-set", by: ctx.user.id, projectId: ctx.projectId, details });
    });
    events.publish({ topic: "volume", projectId: ctx.projectId, volumeId });
  });
