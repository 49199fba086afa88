import { findObjects } from "../../../core/labels/object-boxes.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import { createRandom } from "../../trainer/random.ts";

/** Nobody begins with a fragment, nor with a nucleus that the border cuts. */
const LEAST_VOXELS = 100;

/** `count` nuclei of all volumes, every nucleus as likely as the next, by the seed; volumes without one are left out. */
export function drawNuclei(
  volumes: readonly TrainingVolume[],
  count: number,
  seed: number,
): Map<TrainingVolume, Set<number>> {
  const random = createRandom(seed + 0x1abe1);
  const all = volumes.flatMap((volume) =>
    findObjects(volume.labels, volume.shapeZyx)
      .filter(({ voxels }) => voxels >= LEAST_VOXELS)
      .filter(({ box }) => box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < volume.shapeZyx[axis]))
      .map(({ label }) => ({ volume, label })),
  );
  const drawn = new Map<TrainingVolume, Set<number>>();
  for (let left = Math.min(count, all.length); left > 0; left--) {
    const [{ volume, label }] = all.splice(random.below(all.length), 1);
    drawn.set(volume, (drawn.get(volume) ?? new Set()).add(label));
  }
  return drawn;
}
