import { count, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { trainingBox, volume } from "../../../db/schema/index.ts";
import { volumeProcedure } from "../../trpc.ts";
import { boxKinds, requireRoleForKind } from "./box-kind.ts";

const MAX_BOXES_PER_VOLUME = 500;

const corner = z.int().min(0).max(65_536);
const cornerZyx = z.tuple([corner, corner, corner]);

/** Half-open, voxels of level 0; at least one voxel, inside the volume. */
export const createBox = volumeProcedure("annotator")
  .input(z.object({ kind: z.enum(boxKinds), minZyx: cornerZyx, maxZyx: cornerZyx }))
  .mutation(async ({ ctx, input }) => {
    requireRoleForKind(ctx.role, input.kind);
    const { db, events } = ctx.services;
    const [{ shapeZyx }] = await db
      .select({ shapeZyx: volume.shapeZyx })
      .from(volume)
      .where(eq(volume.id, input.volumeId));
    if (input.maxZyx.some((end, axis) => end <= input.minZyx[axis] || end > shapeZyx[axis]))
      throw new Problem({
        tag: "box-outside",
        what: "The box is empty or reaches beyond the volume.",
        where: `${input.minZyx.join(", ")} to ${input.maxZyx.join(", ")} in a volume of ${shapeZyx.join(" × ")} voxels`,
        hint: "Draw it again inside the volume.",
      });
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
