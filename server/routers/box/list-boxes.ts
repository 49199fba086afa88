import { asc, eq } from "drizzle-orm";
import { trainingBox, user } from "../../../db/schema/index.ts";
import { volumeProcedure } from "../../trpc.ts";

export const listBoxes = volumeProcedure("viewer").query(({ ctx, input }) =>
  ctx.services.db
    .select({
      id: trainingBox.id,
      kind: trainingBox.kind,
      minZyx: trainingBox.minZyx,
      maxZyx: trainingBox.maxZyx,
      by: user.name,
      createdAt: trainingBox.createdAt,
    })
    .from(trainingBox)
    .innerJoin(user, eq(user.id, trainingBox.createdBy))
    .where(eq(trainingBox.volumeId, input.volumeId))
    .orderBy(asc(trainingBox.createdAt), asc(trainingBox.id)),
);
