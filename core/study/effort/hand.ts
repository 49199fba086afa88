import type { Zyx } from "../../volume/voxel-space.ts";
import { randomStream } from "../random-stream.ts";

/** How an annotator errs. All zero: one who never does. */
export interface HandNoise {
  /** Outlines lie so many voxels farther in or out at most, in plane, slice by slice. */
  readonly jitterVoxels: 0 | 1;
  /** Share of nuclei that are taken for none. */
  readonly missed: number;
  /** Share of nuclei that are drawn together with one that they touch. */
  readonly merged: number;
}

export const STEADY: HandNoise = { jitterVoxels: 0, missed: 0, merged: 0 };

/** Errs about a nucleus in the same way whenever it is asked about, whichever arm asks. */
export interface Hand {
  misses(label: number): boolean;
  merges(label: number): boolean;
  /** The voxels that are drawn where a nucleus has these; ascending. */
  draw(label: number, voxels: readonly number[], shapeZyx: Zyx): number[];
}

export const createHand = (seed: number, volumeId: string, noise: HandNoise): Hand => ({
  misses: (label) => randomStream(seed, volumeId, label, "missed").uniform() < noise.missed,
  merges: (label) => randomStream(seed, volumeId, label, "merged").uniform() < noise.merged,
  draw(label, voxels, shapeZyx) {
    if (noise.jitterVoxels === 0) return [...voxels];
    const random = randomStream(seed, volumeId, label, "outline");
    return [...slicesOf(voxels, shapeZyx)].flatMap(([, slice]) => moveOutline(slice, random.below(3) - 1, shapeZyx));
  },
});

/** Voxels by slice, slices and voxels ascending where the voxels are. */
export function slicesOf(voxels: Iterable<number>, [, rows, columns]: Zyx): Map<number, number[]> {
  const slices = new Map<number, number[]>();
  for (const voxel of voxels) {
    const z = Math.floor(voxel / (rows * columns));
    const slice = slices.get(z);
    if (slice) slice.push(voxel);
    else slices.set(z, [voxel]);
  }
  return slices;
}

/** One voxel out (+1) or in (−1) through the sides of pixels; what would vanish stays. */
function moveOutline(slice: readonly number[], by: number, [, rows, columns]: Zyx): number[] {
  if (by === 0) return [...slice];
  const own = new Set(slice);
  const beside = (voxel: number) => {
    const [x, y] = [voxel % columns, Math.floor(voxel / columns) % rows];
    return [
      ...(x > 0 ? [voxel - 1] : []),
      ...(x + 1 < columns ? [voxel + 1] : []),
      ...(y > 0 ? [voxel - columns] : []),
      ...(y + 1 < rows ? [voxel + columns] : []),
    ];
  };
  if (by > 0) return [...new Set([...slice, ...slice.flatMap(beside)])].sort((a, b) => a - b);
  const kept = slice.filter((voxel) => beside(voxel).every((other) => own.has(other)));
  return kept.length > 0 ? kept : [...slice];
}
