import { separateDistantParts } from "../../../core/labels/distant-parts.ts";
import { simulateVolume } from "../../../core/simulator/simulate-volume.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { createRandom } from "../random.ts";

/** A simulated volume, and how large its nuclei are. */
export interface DrawnVolume {
  readonly volume: TrainingVolume;
  readonly diameterUm: number;
}

/** Of every simulated nucleus: lengths are relative to it. */
const DIAMETER_UM = 10;
/** Voxels across a nucleus in plane: from what a low objective sees to what is worth no more. */
const ACROSS = [7, 24] as const;
/** Slices thicker than so many voxels are wide are rare in the field. */
const MAX_ANISOTROPY = 9;
/** Thinner ones are no nuclei in three dimensions. */
const MIN_SLICES = 2;
/** Along each axis, in nucleus diameters: a patch and some room beside it. */
const EXTENT = [2.4, 3.2] as const;
const MAX_VOXELS = 200_000;

/** Draws a volume by its seed: another voxel size and another look for every seed. */
export function drawVolume(seed: number): DrawnVolume {
  const random = createRandom(seed ^ 0x51ab07);
  const across = Math.exp(random.between(Math.log(ACROSS[0]), Math.log(ACROSS[1])));
  const thickest = Math.min(MAX_ANISOTROPY, across / MIN_SLICES);
  const anisotropy = Math.exp(random.between(0, Math.log(Math.max(1, thickest))));
  const side = DIAMETER_UM / across;
  const voxelSizeZyx: Zyx = [side * anisotropy, side, side];
  let shape = voxelSizeZyx.map((size) => Math.round((random.between(...EXTENT) * DIAMETER_UM) / size));
  while (shape[0] * shape[1] * shape[2] > MAX_VOXELS) shape = shape.map((size) => Math.ceil(size * 0.95));
  const shapeZyx: Zyx = [shape[0], shape[1], shape[2]];
  const { image, labels, diameterUm } = simulateVolume({ seed, shapeZyx, voxelSizeZyx, diameterUm: DIAMETER_UM });
  const parts = separateDistantParts(labels, shapeZyx).labels;
  return {
    diameterUm,
    volume: {
      id: `simulated-${seed}`,
      specimen: `simulated-${seed}`,
      shapeZyx,
      voxelSizeZyx,
      image: Float32Array.from(image),
      labels: parts,
      known: Uint8Array.from(parts, (label) => (label === 0 ? 1 : 2)),
      validationBoxes: [],
    },
  };
}
