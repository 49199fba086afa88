import { type BrickKey, brickKeyOf, brickPositionZyx } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { samplesPerBrick } from "./label-samples.ts";
import { APRON, type LabelBlock } from "./surface-nets.ts";

export interface SampledLabels {
  readonly voxelSizeZyx: Zyx;
  readonly strideZyx: Zyx;
  readonly bricks: ReadonlyMap<BrickKey, Uint32Array>;
}

/** A brick's samples with those of its neighbours around it; outside of the volume is background. Null: all background. */
export function assembleBlock({ voxelSizeZyx, strideZyx, bricks }: SampledLabels, key: BrickKey): LabelBlock | null {
  const perBrick = samplesPerBrick(strideZyx);
  const size: Zyx = [perBrick[0] + 2 * APRON, perBrick[1] + 2 * APRON, perBrick[2] + 2 * APRON];
  const samples = new Uint32Array(size[0] * size[1] * size[2]);
  const [bz, by, bx] = brickPositionZyx(key);
  let isEmpty = true;
  for (const dz of [-1, 0, 1])
    for (const dy of [-1, 0, 1])
      for (const dx of [-1, 0, 1]) {
        if (bz + dz < 0 || by + dy < 0 || bx + dx < 0) continue;
        const source = bricks.get(brickKeyOf(bz + dz, by + dy, bx + dx));
        if (!source) continue;
        isEmpty = false;
        copyPart(samples, size, source, perBrick, [dz, dy, dx]);
      }
  if (isEmpty) return null;
  const spacing: Zyx = [voxelSizeZyx[0] * strideZyx[0], voxelSizeZyx[1] * strideZyx[1], voxelSizeZyx[2] * strideZyx[2]];
  const position = [bz, by, bx];
  const along = (axis: 0 | 1 | 2) => (position[axis] * perBrick[axis] - APRON + 0.5) * spacing[axis];
  // The first brick of an axis also owns the surface between the volume and what lies before it.
  const first = (axis: 0 | 1 | 2) => APRON - (position[axis] === 0 ? 1 : 0);
  return {
    samples,
    sizeZyx: size,
    coreMinZyx: [first(0), first(1), first(2)],
    coreMaxZyx: [APRON + perBrick[0], APRON + perBrick[1], APRON + perBrick[2]],
    originUmZyx: [along(0), along(1), along(2)],
    spacingUmZyx: spacing,
  };
}

/** The part of a neighbour (or the brick itself, offset 0) that lies in the block. */
function copyPart(to: Uint32Array, size: Zyx, from: Uint32Array, perBrick: Zyx, offset: Zyx): void {
  const range = (axis: 0 | 1 | 2) => {
    const first = Math.max(0, APRON + offset[axis] * perBrick[axis]);
    const end = Math.min(size[axis], APRON + (offset[axis] + 1) * perBrick[axis]);
    return { first, end, shift: APRON + offset[axis] * perBrick[axis] };
  };
  const z = range(0);
  const y = range(1);
  const x = range(2);
  for (let k = z.first; k < z.end; k++)
    for (let j = y.first; j < y.end; j++) {
      const row = ((k - z.shift) * perBrick[1] + (j - y.shift)) * perBrick[2];
      to.set(from.subarray(row + x.first - x.shift, row + x.end - x.shift), (k * size[1] + j) * size[2] + x.first);
    }
}

/** The brick and those neighbours whose surface its samples reach, given which samples changed. */
export function bricksToRebuild(
  key: BrickKey,
  before: Uint32Array | null,
  after: Uint32Array | null,
  strideZyx: Zyx,
): BrickKey[] {
  const perBrick = samplesPerBrick(strideZyx);
  const changed = changedRange(before, after, perBrick);
  if (!changed) return [];
  const [bz, by, bx] = brickPositionZyx(key);
  const steps = ([0, 1, 2] as const).map((axis) => {
    const reach = [0];
    if (changed.min[axis] < APRON) reach.push(-1);
    if (changed.max[axis] >= perBrick[axis] - APRON) reach.push(1);
    return reach;
  });
  const keys: BrickKey[] = [];
  for (const dz of steps[0])
    for (const dy of steps[1])
      for (const dx of steps[2])
        if (bz + dz >= 0 && by + dy >= 0 && bx + dx >= 0) keys.push(brickKeyOf(bz + dz, by + dy, bx + dx));
  return keys;
}

function changedRange(before: Uint32Array | null, after: Uint32Array | null, [nz, ny, nx]: Zyx) {
  const min = [nz, ny, nx];
  const max = [-1, -1, -1];
  for (let i = 0; i < nz * ny * nx; i++) {
    if ((before?.[i] ?? 0) === (after?.[i] ?? 0)) continue;
    const at = [Math.floor(i / (ny * nx)), Math.floor(i / nx) % ny, i % nx];
    for (let axis = 0; axis < 3; axis++) {
      min[axis] = Math.min(min[axis], at[axis]);
      max[axis] = Math.max(max[axis], at[axis]);
    }
  }
  return max[0] < 0 ? null : { min, max };
}
