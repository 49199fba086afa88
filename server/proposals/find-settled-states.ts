import { inArray } from "drizzle-orm";
import { BRICK_SIZE, type BrickKey, brickKeysOfBox, brickPositionZyx } from "../../core/volume/brick.ts";
import { boxSeenFrom, intersectBoxes, type VoxelBox } from "../../core/volume/voxel-space.ts";
import { prediction } from "../../db/schema/index.ts";
import { inRoom, roomOperation } from "../collab/live/in-room.ts";
import type { LiveVolume } from "../collab/live/live-volume.ts";
import { readChunksOnce } from "../label-images/read-chunks-once.ts";
import type { Services } from "../services.ts";
import type { Question } from "./question.ts";

/** Covered by more than this share, there is nothing left to ask. */
const COVERED_SHARE = 0.5;

export type SettledState = "accepted" | "corrected" | "rejected" | "replaced";
export type AskedPlace = Pick<Question, "labelValue" | "predictionId" | "minZyx" | "maxZyx" | "voxels">;

/**
 * What the labels themselves say of proposals that have no decision yet, by their label; those that are open are left out.
 * Each brick is read once for all of them.
 */
export const findSettledStates = (
  services: Services,
  volumeId: string,
  places: readonly AskedPlace[],
): Promise<Map<number, SettledState>> => inRoom(services, settledStatesOperation, volumeId, places);

export const settledStatesOperation = roomOperation("settled-states", settledIn);

async function settledIn(
  live: LiveVolume,
  services: Services,
  places: readonly AskedPlace[],
): Promise<Map<number, SettledState>> {
  const settled = new Map<number, SettledState>();
  const ids = [...new Set(places.map(({ predictionId }) => predictionId))];
  const images = await services.db
    .select({ id: prediction.id, prefix: prediction.blobPrefix })
    .from(prediction)
    .where(inArray(prediction.id, ids));
  const prefixOf = new Map(images.map(({ id, prefix }) => [id, prefix]));
  const readProposed = readChunksOnce(services.blobs);
  for (const place of places) {
    const { status } = live.room.fold.facts.fieldsOf(place.labelValue);
    const prefix = prefixOf.get(place.predictionId);
    if (status === "accepted" || status === "corrected" || status === "rejected") settled.set(place.labelValue, status);
    else if (!prefix) settled.set(place.labelValue, "replaced");
    else {
      const covered = await coveredVoxels(place, (key) =>
        Promise.all([readProposed(prefix, key), live.labels.readBrick(key)]),
      );
      if (covered > COVERED_SHARE * place.voxels) settled.set(place.labelValue, "replaced");
    }
  }
  return settled;
}

async function coveredVoxels(
  { labelValue, minZyx, maxZyx }: AskedPlace,
  read: (key: BrickKey) => Promise<readonly [proposed: Uint32Array | null, live: Uint32Array | null]>,
): Promise<number> {
  let covered = 0;
  for (const key of brickKeysOfBox({ minZyx, maxZyx })) {
    const [proposed, live] = await read(key);
    if (!proposed || !live) continue;
    eachVoxelOf({ minZyx, maxZyx }, key, (at) => {
      if (proposed[at] === labelValue && live[at] !== 0) covered++;
    });
  }
  return covered;
}

/** Indices within a brick of the voxels that a box has of it. */
function eachVoxelOf(box: VoxelBox, key: BrickKey, visit: (index: number) => void): void {
  const [bz, by, bx] = brickPositionZyx(key);
  const whole = { minZyx: [0, 0, 0], maxZyx: [BRICK_SIZE, BRICK_SIZE, BRICK_SIZE] } as const;
  const inside = intersectBoxes(boxSeenFrom(box, [bz * BRICK_SIZE, by * BRICK_SIZE, bx * BRICK_SIZE]), whole);
  if (!inside) return;
  for (let z = inside.minZyx[0]; z < inside.maxZyx[0]; z++)
    for (let y = inside.minZyx[1]; y < inside.maxZyx[1]; y++)
      for (let x = inside.minZyx[2]; x < inside.maxZyx[2]; x++) visit((z * BRICK_SIZE + y) * BRICK_SIZE + x);
}
