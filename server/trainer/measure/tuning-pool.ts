import { type VoxelBox, voxelCount, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { PreparedVolume } from "../data/prepared-volume.ts";

export interface TuningPlace {
  readonly prepared: PreparedVolume;
  readonly box: VoxelBox;
}

/** Fewer voxels than these hold too few nuclei to tell thresholds apart. */
const MIN_BOX_VOXELS = 250_000;
/** Nuclei whose surroundings are looked at for the best place of a box. */
const MAX_PLACES_TRIED = 400;

/**
 * Where thresholds are tuned: in each volume that has nuclei, or in the first ones where there are many, the box with the
 * most nuclei; together at most `maxVoxels`, but never less than one box of `MIN_BOX_VOXELS`.
 */
export function tuningPool(volumes: readonly PreparedVolume[], maxVoxels: number): TuningPlace[] {
  const labelled = volumes.filter(({ givenNuclei }) => givenNuclei.length > 0);
  const count = Math.max(1, Math.min(labelled.length, Math.floor(maxVoxels / MIN_BOX_VOXELS)));
  const chosen = labelled.slice(0, count);
  // What a small volume does not need is there for the larger ones.
  let left = Math.max(maxVoxels, MIN_BOX_VOXELS);
  const shares = new Map<PreparedVolume, number>();
  [...chosen]
    .sort((a, b) => voxelCount(a.given.shapeZyx) - voxelCount(b.given.shapeZyx))
    .forEach((prepared, index) => {
      const share = Math.min(voxelCount(prepared.given.shapeZyx), Math.floor(left / (count - index)));
      shares.set(prepared, share);
      left -= share;
    });
  return chosen.map((prepared) => ({ prepared, box: fullestBox(prepared, shares.get(prepared)!) }));
}

/** The longest side in voxels gives way until the box is small enough. */
function boxShapeWithin(shapeZyx: Zyx, maxVoxels: number): Zyx {
  const shape: [number, number, number] = [...shapeZyx];
  while (voxelCount(shape) > maxVoxels) {
    const longest = shape.indexOf(Math.max(...shape));
    shape[longest] = Math.min(shape[longest] - 1, Math.floor(shape[longest] * 0.95));
  }
  return shape;
}

function fullestBox({ given: { shapeZyx }, givenNuclei: nuclei }: PreparedVolume, maxVoxels: number): VoxelBox {
  if (voxelCount(shapeZyx) <= maxVoxels) return wholeBox(shapeZyx);
  const size = boxShapeWithin(shapeZyx, maxVoxels);
  const every = Math.ceil(nuclei.length / MAX_PLACES_TRIED);
  const middles = nuclei.filter((_, i) => i % every === 0).map(middleOf);
  let best = boxAround(middles[0], size, shapeZyx);
  let most = 0;
  for (const middle of middles) {
    const box = boxAround(middle, size, shapeZyx);
    const inside = middles.filter((other) => contains(box, other)).length;
    if (inside > most) {
      most = inside;
      best = box;
    }
  }
  return best;
}

const middleOf = ({ minZyx, maxZyx }: VoxelBox): Zyx => [
  (minZyx[0] + maxZyx[0]) / 2,
  (minZyx[1] + maxZyx[1]) / 2,
  (minZyx[2] + maxZyx[2]) / 2,
];

function boxAround(middle: Zyx, size: Zyx, shapeZyx: Zyx): VoxelBox {
  const min = ([0, 1, 2] as const).map((axis) =>
    Math.max(0, Math.min(shapeZyx[axis] - size[axis], Math.round(middle[axis] - size[axis] / 2))),
  );
  return {
    minZyx: [min[0], min[1], min[2]],
    maxZyx: [min[0] + size[0], min[1] + size[1], min[2] + size[2]],
  };
}

const contains = ({ minZyx, maxZyx }: VoxelBox, at: Zyx): boolean =>
  at.every((value, axis) => minZyx[axis] <= value && value < maxZyx[axis]);
