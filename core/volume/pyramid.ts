import type { Zyx } from "./voxel-space.ts";

/** One level of a pyramid; level 0 is the volume itself. */
export interface PyramidLevel {
  readonly scaleLevel: number;
  readonly shapeZyx: Zyx;
  /** Size of one voxel of this level in voxels of level 0; powers of two. */
  readonly factorZyx: Zyx;
  /** Step from the level before: 1 or 2 per axis. Level 0: 1, 1, 1. */
  readonly stepZyx: Zyx;
}

/** The coarsest level fits into one chunk. */
const COARSEST_AXIS = 64;

/**
 * Levels that bring the voxels towards a cube: an axis is halved while its voxels are finer than twice the finest one,
 * so thick slices wait until the plane has caught up. Example: 1 × 0.4 × 0.4 µm -> 1 × 0.8 × 0.8 -> 2 × 1.6 × 1.6.
 */
export function planPyramid(shapeZyx: Zyx, voxelSizeZyx: Zyx): PyramidLevel[] {
  const levels: PyramidLevel[] = [{ scaleLevel: 0, shapeZyx, factorZyx: [1, 1, 1], stepZyx: [1, 1, 1] }];
  let level = levels[0];
  while (Math.max(...level.shapeZyx) > COARSEST_AXIS) {
    const { shapeZyx: shape, factorZyx: factor } = level;
    const size = [0, 1, 2].map((axis) => voxelSizeZyx[axis] * factor[axis]);
    const finest = Math.min(...size.filter((_, axis) => shape[axis] > 1));
    const halve = (axis: 0 | 1 | 2): number => (shape[axis] > 1 && size[axis] < 2 * finest ? 2 : 1);
    const stepZyx: Zyx = [halve(0), halve(1), halve(2)];
    const half = (axis: 0 | 1 | 2): number => Math.ceil(shape[axis] / stepZyx[axis]);
    level = {
      scaleLevel: level.scaleLevel + 1,
      shapeZyx: [half(0), half(1), half(2)],
      factorZyx: [factor[0] * stepZyx[0], factor[1] * stepZyx[1], factor[2] * stepZyx[2]],
      stepZyx,
    };
    levels.push(level);
  }
  return levels;
}
