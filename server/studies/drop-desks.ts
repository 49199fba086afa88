import { eq, inArray } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { project, studyLayer, volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { volumePrefix } from "../storage/import-places.ts";

/** A layer that has gone, and whose it was. */
export interface DroppedLayer {
  readonly volumeId: string;
  /** The desk that it lay on. */
  readonly deskId: string;
  readonly userId: string;
}

/** Desks go with their study, and it with its volume or project: call it before their rows go. Blobs follow after the transaction. */
export async function dropDesks(tx: Transaction, studyIds: readonly string[]): Promise<readonly DroppedLayer[]> {
  if (studyIds.length === 0) return [];
  const layers = await tx
    .select({ volumeId: studyLayer.volumeId, deskId: volume.projectId, userId: studyLayer.userId })
    .from(studyLayer)
    .innerJoin(volume, eq(volume.id, studyLayer.volumeId))
    .where(inArray(studyLayer.studyId, [...studyIds]));
  const volumeIds = layers.map(({ volumeId }) => volumeId);
  if (volumeIds.length > 0) await tx.delete(volume).where(inArray(volume.id, volumeIds));
  await tx.delete(project).where(inArray(project.deskOf, [...studyIds]));
  await scheduleBlobRemoval(tx, volumeIds.map(volumePrefix));
  return layers;
}

/** Rooms that are open on layers that are gone close, and their blobs go. */
export async function afterDropping({ db, blobs, events }: Services, layers: readonly DroppedLayer[]): Promise<void> {
  for (const { volumeId, deskId } of layers) events.publish({ topic: "volume", projectId: deskId, volumeId });
  await removeScheduledBlobs(db, blobs);
}
