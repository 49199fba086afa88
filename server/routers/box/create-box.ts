import { count, eq } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import { trainingBox } from "../../../db/schema/index.ts";
import { volumeProcedure } from "../../trpc.ts";
import { requireRoleForKind } from "./box-kind.ts";
import { boxInput, requirePlace } from "./box-place.ts";

const MAX_BOXES_PER_VOLUME = 500;

export const createBox = volumeProcedure("annotator")
  .input(boxInput)
  .mutation(async ({ ctx, input }) => {
    requireRoleForKind(ctx.role, input.kind);
    const { db, events } = ctx.services;
    await requirePlace(db, input.volumeId, input);
    const [{ boxes }] = await db
      .select({ boxes: count() })
      .from(trainingBox)
      .where(eq(trainingBox.volumeId, input.volumeId));
    if (boxes >= MAX_BOXES_PER_VOLUME)
      throw new Problem({
        tag: "too-many-boxes",
        what: `A volume holds at most ${MAX_BOXES_PER_VOLUME} boxes.`,
        hint: "Remove some, or draw larger ones.",
      });
    const [row] = await db
      .insert(trainingBox)
      .values({
        volumeId: input.volumeId,
        kind: input.kind,
        minZyx: input.minZyx,
        maxZyx: input.maxZyx,
        createdBy: ctx.user.id,
      })
      .returning({ id: trainingBox.id });
    events.publish({ topic: "boxes", projectId: ctx.projectId, volumeId: input.volumeId });
    return row;
  });
