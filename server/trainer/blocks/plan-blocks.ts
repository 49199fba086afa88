import { growBox } from "../../../core/labels/object-boxes.ts";
import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";

export interface BlockLimits {
  /** Voxels of a block with its margin. */
  readonly maxVoxels: number;
  /** The largest nuclei across. */
  readonly diameterUm: number;
}

/** Cores tile the volume; each is looked at with a margin, which grows where it does not tell enough. */
export interface PlannedBlocks {
  /** In order z, y, x. */
  readonly cores: readonly VoxelBox[];
  /** Of all cores but the last ones of an axis. */
  readonly coreZyx: Zyx;
  readonly marginZyx: Zyx;
}

/** Most nuclei are settled by what is seen within one; where they touch, it takes more. */
const FIRST_MARGIN_DIAMETERS = 1;
const GROWTH = Math.SQRT2;
/** Where that is too much. */
const LAST_GROWTH = 1.05;
/** Blocks are planned so small that their margins have room to grow to so many. */
const PLANNED_DIAMETERS = 3;
/** Cores smaller than this part of their largest planned margin would see everything many times over. */
const LEAST_CORE_MARGINS = 1 / 3;

const LEAST_MARGIN = 4;
/** Whatever the size of nuclei, so many times a core fit into what is seen with its margin. */
const LEAST_SEEN_CORES = 8;

/** One block where the volume is small enough. Nuclei too wide for the memory are seen with less round them, and may stay unsettled. */
export function planBlocks(
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  { maxVoxels, diameterUm }: BlockLimits,
): PlannedBlocks {
  const marginOf = (diameters: number): Zyx => {
    const along = (axis: 0 | 1 | 2) => Math.max(LEAST_MARGIN, Math.ceil((diameters * diameterUm) / voxelSizeZyx[axis]));
    return [along(0), along(1), along(2)];
  };
  const room = marginOf(PLANNED_DIAMETERS);
  const parts: [number, number, number] = [1, 1, 1];
  const coreOf = (axis: number) => Math.ceil(shapeZyx[axis] / parts[axis]);
  const seenVoxels = () =>
    [0, 1, 2].reduce(
      (product, axis) =>
        product *
        Math.min(shapeZyx[axis], coreOf(axis) + (parts[axis] === 1 ? 0 : parts[axis] === 2 ? 1 : 2) * room[axis]),
      1,
    );
  if (voxelCount(shapeZyx) > maxVoxels)
    while (seenVoxels() > maxVoxels) {
      const size = (axis: number) => coreOf(axis) / room[axis];
      const longest = [0, 1, 2].reduce((most, axis) => (size(axis) > size(most) ? axis : most));
      const isSmall =
        size(longest) <= LEAST_CORE_MARGINS && LEAST_SEEN_CORES * coreOf(0) * coreOf(1) * coreOf(2) <= maxVoxels;
      if (isSmall || coreOf(longest) === 1) break;
      parts[longest]++;
    }
  const coreZyx: Zyx = [coreOf(0), coreOf(1), coreOf(2)];
  const cores = coresOf(shapeZyx, coreZyx);
  const shrunk = (size: number) => Math.max(LEAST_MARGIN, Math.floor(0.8 * size));
  let marginZyx = marginOf(FIRST_MARGIN_DIAMETERS);
  const fits = () =>
    cores.every((core) => voxelCount(boxShape(growBox(core, marginZyx, shapeZyx))) <= maxVoxels) ||
    marginZyx.every((size) => size === LEAST_MARGIN);
  while (cores.length > 1 && !fits()) marginZyx = [shrunk(marginZyx[0]), shrunk(marginZyx[1]), shrunk(marginZyx[2])];
  return { cores, coreZyx, marginZyx };
}

/**
 * The margins to try, one after the other: the first, and larger ones while a block has room for them and there is more to
 * see; the last is the largest that it has room for. They follow from the plan alone, so that what is found in a block does not
 * depend on the blocks before.
 */
export function marginsOf(core: VoxelBox, firstZyx: Zyx, shapeZyx: Zyx, maxVoxels: number): Zyx[] {
  const seenVoxels = (marginZyx: Zyx) => voxelCount(boxShape(growBox(core, marginZyx, shapeZyx)));
  const margins = [firstZyx];
  const largest = () => margins[margins.length - 1];
  const grow = (factor: number) => {
    while (seenVoxels(largest()) < voxelCount(shapeZyx)) {
      const [z, y, x] = largest().map((size) => Math.ceil(size * factor));
      if (seenVoxels([z, y, x]) > maxVoxels) return;
      margins.push([z, y, x]);
    }
  };
  grow(GROWTH);
  const steps = margins.length;
  grow(LAST_GROWTH);
  return [...margins.slice(0, steps), ...margins.slice(Math.max(steps, margins.length - 1))];
}

/** In order z, y, x. */
export function coresOf(shapeZyx: Zyx, coreZyx: Zyx): VoxelBox[] {
  const starts = shapeZyx.map((size, axis) =>
    Array.from({ length: Math.ceil(size / coreZyx[axis]) }, (_, i) => i * coreZyx[axis]),
  );
  const end = (start: number, axis: 0 | 1 | 2) => Math.min(shapeZyx[axis], start + coreZyx[axis]);
  return starts[0].flatMap((z) =>
    starts[1].flatMap((y) =>
      starts[2].map((x) => ({ minZyx: [z, y, x] as const, maxZyx: [end(z, 0), end(y, 1), end(x, 2)] as const })),
    ),
  );
}
