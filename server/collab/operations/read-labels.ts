import { isTruth } from "../../../core/labels/label-status.ts";
import { BRICK_SIZE, backgroundBrick, brickBox, brickKeysOfBox } from "../../../core/volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount } from "../../../core/volume/voxel-space.ts";
import type { Services } from "../../services.ts";
import { inRoom, roomOperation } from "../live/in-room.ts";
import type { LiveVolume } from "../live/live-volume.ts";
import { effectiveStatus } from "../nuclei/live-nuclei.ts";

/** Labels of a part of a volume as they are durable at this moment. */
export interface LabelsInBox {
  /** C order z, y, x, merged nuclei under one value; null where all is background. */
  readonly labels: Uint32Array | null;
  /** Those among them that are accepted or corrected. */
  readonly truth: readonly number[];
}

/** Reads the bricks that the box meets, and no others. The box lies inside the volume. */
export const readLabels = (services: Services, volumeId: string, box: VoxelBox): Promise<LabelsInBox> =>
  inRoom(services, readLabelsOperation, volumeId, box);

export const readLabelsOperation = roomOperation("read-labels", async (live, _services, box: VoxelBox) => {
  const labels = new Uint32Array(voxelCount(boxShape(box)));
  let isEmpty = true;
  for (const key of brickKeysOfBox(box)) {
    const voxels = await live.labels.readBrick(key);
    if (!voxels || voxels === backgroundBrick) continue;
    isEmpty = false;
    copyPart(voxels, brickBox(key, live.room.fold.grid.shapeZyx), labels, box);
  }
  return { labels: isEmpty ? null : labels, truth: isEmpty ? [] : resolve(live, labels) };
});

function copyPart(brick: Uint32Array, own: VoxelBox, labels: Uint32Array, box: VoxelBox): void {
  const part = intersectBoxes(own, box);
  if (!part) return;
  const [, height, width] = boxShape(box);
  const [oz, oy, ox] = own.minZyx;
  for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
    for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
      const from = ((z - oz) * BRICK_SIZE + (y - oy)) * BRICK_SIZE - ox;
      const to = ((z - box.minZyx[0]) * height + (y - box.minZyx[1])) * width - box.minZyx[2];
      labels.set(brick.subarray(from + part.minZyx[2], from + part.maxZyx[2]), to + part.minZyx[2]);
    }
}

/** Gives members of a merged group one value, in place; returns what is truth among the values. */
function resolve(live: LiveVolume, labels: Uint32Array): number[] {
  const { facts } = live.room.fold;
  const canonicalOf = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === 0) continue;
    let value = canonicalOf.get(label);
    if (value === undefined) {
      value = facts.partition.canonical(label);
      canonicalOf.set(label, value);
    }
    labels[i] = value;
  }
  return [...new Set(canonicalOf.values())].filter((label) => isTruth(effectiveStatus(facts.fieldsOf(label).status)));
}
