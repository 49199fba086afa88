import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { createRandom } from "../random.ts";

/** Noisy bright ellipsoids on a grid, labelled everywhere: small enough for a test to learn in seconds. */
export function createPhantom(seed: number, changes: Partial<TrainingVolume> = {}): TrainingVolume {
  const shapeZyx: Zyx = changes.shapeZyx ?? [12, 36, 44];
  const voxelSizeZyx: Zyx = changes.voxelSizeZyx ?? [1, 0.5, 0.5];
  const random = createRandom(seed);
  const image = new Float32Array(voxelCount(shapeZyx));
  const labels = new Uint32Array(image.length);
  const spacingUm = 5;
  const sizeUm = shapeZyx.map((size, axis) => size * voxelSizeZyx[axis]);
  let label = 69_999; // beyond 16 bits
  for (let cz = spacingUm / 2; cz < sizeUm[0]; cz += spacingUm)
    for (let cy = spacingUm / 2; cy < sizeUm[1]; cy += spacingUm)
      for (let cx = spacingUm / 2; cx < sizeUm[2]; cx += spacingUm) {
        label++;
        const radiusUm = random.between(1.7, 2.4);
        const centre = [cz, cy, cx].map((value) => value + random.between(-0.3, 0.3));
        const first = centre.map((value, axis) => Math.max(0, Math.floor((value - radiusUm) / voxelSizeZyx[axis])));
        const last = centre.map((value, axis) =>
          Math.min(shapeZyx[axis], Math.ceil((value + radiusUm) / voxelSizeZyx[axis])),
        );
        for (let z = first[0]; z < last[0]; z++)
          for (let y = first[1]; y < last[1]; y++)
            for (let x = first[2]; x < last[2]; x++) {
              const away = [z, y, x].map((value, axis) => (value + 0.5) * voxelSizeZyx[axis] - centre[axis]);
              if (Math.hypot(...away) <= radiusUm) labels[(z * shapeZyx[1] + y) * shapeZyx[2] + x] = label;
            }
      }
  for (let i = 0; i < image.length; i++) image[i] = 100 + (labels[i] ? 300 : 0) + random.normal() * 40;
  return {
    id: `phantom-${seed}`,
    specimen: `phantom-${seed}`,
    shapeZyx,
    voxelSizeZyx,
    image,
    labels,
    known: Uint8Array.from(labels, (value) => (value ? 2 : 1)),
    validationBoxes: [],
    ...changes,
  };
}
