import { and, asc, eq } from "drizzle-orm";
import { prediction, type study, studyLayer, volume } from "../../db/schema/index.ts";
import { checkRolesNow } from "../collab/operations/check-roles.ts";
import { readFrozenState } from "../collab/operations/freeze-labels.ts";
import type { Services } from "../services.ts";

/** The layers of a closed study as they are, which nobody changes any more, and what a model proposes in their place. */
export async function describeLayers(services: Services, row: typeof study.$inferSelect) {
  const { db } = services;
  const layers = await db
    .select({ volumeId: studyLayer.volumeId })
    .from(studyLayer)
    .where(eq(studyLayer.studyId, row.id))
    .orderBy(asc(studyLayer.number));
  const [{ shapeZyx, voxelSizeZyx }] = await db.select().from(volume).where(eq(volume.id, row.volumeId));
  const byModel = and(eq(prediction.current, true), eq(prediction.source, "model"));
  const [proposed] = await db
    .select({ prefix: prediction.blobPrefix })
    .from(prediction)
    .where(and(eq(prediction.volumeId, row.volumeId), byModel));
  const states = [];
  for (const { volumeId } of layers) {
    // A page that has not heard yet that the study is closed may still be painting.
    await checkRolesNow(services, volumeId);
    states.push(await readFrozenState(services, volumeId));
  }
  return {
    shapeZyx,
    voxelSizeZyx,
    box: { minZyx: row.minZyx, maxZyx: row.maxZyx },
    layers: states,
    model: proposed?.prefix ? { prefix: proposed.prefix, labels: await readFrozenState(services, row.volumeId) } : null,
  };
}
