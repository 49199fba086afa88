import { VoxelReader } from "../../../core/edit/voxel-reader.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";

export const voxelOf = ({ voxelZyx: [z, y, x] }: PointerSample): Zyx => [Math.floor(z), Math.floor(y), Math.floor(x)];

/**
 * The voxel of the nucleus under the pointer. A hit on a surface in 3D lies between voxels: the nearest of the 27
 * around it that has the label is meant.
 */
export function voxelUnder(context: ToolContext, sample: PointerSample): Zyx | null {
  if (sample.label === 0) return null;
  const reader = new VoxelReader(context.document);
  const group = context.document.membersOf(sample.label);
  const [z, y, x] = sample.voxelZyx.map(Math.floor);
  const { shapeZyx } = context.document;
  let best: Zyx | null = null;
  let bestAway = Infinity;
  for (let dz = -1; dz <= 1; dz++)
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const at: Zyx = [z + dz, y + dy, x + dx];
        if (at.some((v, axis) => v < 0 || v >= shapeZyx[axis])) continue;
        const away = dz * dz + dy * dy + dx * dx;
        if (away >= bestAway || !group.includes(reader.peek(...at) ?? 0)) continue;
        best = at;
        bestAway = away;
      }
  return best;
}
