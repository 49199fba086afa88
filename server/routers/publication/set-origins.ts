import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { volumeOriginSchema } from "../../publication/publication-schema.ts";
import { projectProcedure } from "../../trpc.ts";

/** Of one call; a page with more of them calls again. */
const MAX_VOLUMES = 1000;

/** Says where the images of volumes come from; null takes it back. Ids of other projects are left alone. */
export const setOrigins = projectProcedure("owner")
  .input(z.object({ volumeIds: z.array(z.uuid()).min(1).max(MAX_VOLUMES), origin: volumeOriginSchema.nullable() }))
  .mutation(async ({ ctx, input: { volumeIds, origin } }) => {
    const { db, events } = ctx.services;
    const { projectId } = ctx;
    const count = await db.transaction(async (tx) => {
      const set = await tx
        .update(volume)
        .set({ origin })
        .where(and(eq(volume.projectId, projectId), inArray(volume.id, volumeIds)))
        .returning({ name: volume.name });
      if (set.length === 0) return 0;
      const details = { volumes: set.length, first: set[0].name, origin: origin?.kind ?? "unknown" } as const;
      await recordAudit(tx, { act: "publication.origins-set", by: ctx.user.id, projectId, details });
      return set.length;
    });
    events.publish({ topic: "publication", projectId });
    return { volumes: count };
  });
