import { LOOK_PIXELS } from "../../../core/import/first-look.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import type { VolumeBlock } from "../voxels/read-whole-volume.ts";

export interface SampledPlane {
  readonly across: "z" | "y" | "x";
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly widthUm: number;
  readonly heightUm: number;
  readonly values: Float64Array;
}

/** Rows down and columns across of a cut, by the axis it is perpendicular to. */
const CUTS = [
  { across: "z", axis: 0, down: 1, along: 2 },
  { across: "y", axis: 1, down: 0, along: 2 },
  { across: "x", axis: 2, down: 0, along: 1 },
] as const;

/** Voxels that a picture shows of an axis, evenly spread. */
const picked = (size: number): Int32Array => {
  const count = Math.min(size, LOOK_PIXELS);
  return Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * size) / count));
};

/**
 * Takes the three cuts through the middle out of blocks as they pass by. Slices that never pass by, as those of a large volume that is
 * only sampled, are shown as the one before them.
 */
export function createPlaneSampler({ shapeZyx, voxelSizeZyx }: VoxelSpace): {
  add(block: VolumeBlock): void;
  planes(): SampledPlane[];
} {
  const picks = shapeZyx.map(picked);
  const middle = shapeZyx.map((size) => Math.floor(size / 2));
  const seenZ = new Uint8Array(shapeZyx[0]);
  const sampled = CUTS.map((cut) => ({
    ...cut,
    values: new Float64Array(picks[cut.down].length * picks[cut.along].length),
  }));
  return {
    add({ zMin, zMax, yMin, yMax, pixels }) {
      seenZ.fill(1, zMin, zMax);
      const min = [zMin, yMin, 0];
      const end = [zMax, yMax, shapeZyx[2]];
      const isInside = (axis: number, at: number) => at >= min[axis] && at < end[axis];
      const at = [0, 0, 0];
      for (const { axis, down, along, values } of sampled) {
        if (!isInside(axis, middle[axis])) continue;
        at[axis] = middle[axis];
        const width = picks[along].length;
        for (let row = 0; row < picks[down].length; row++) {
          at[down] = picks[down][row];
          if (!isInside(down, at[down])) continue;
          for (let column = 0; column < width; column++) {
            at[along] = picks[along][column];
            if (!isInside(along, at[along])) continue;
            values[row * width + column] =
              pixels[((at[0] - zMin) * (yMax - yMin) + at[1] - yMin) * shapeZyx[2] + at[2]];
          }
        }
      }
    },
    planes: () =>
      sampled.map(({ across, axis, down, along, values }) => {
        const width = picks[along].length;
        if (down === 0)
          for (let row = 1; row < picks[0].length; row++)
            if (!seenZ[picks[0][row]]) values.copyWithin(row * width, (row - 1) * width, row * width);
        return {
          across,
          at: middle[axis],
          width,
          height: picks[down].length,
          widthUm: shapeZyx[along] * voxelSizeZyx[along],
          heightUm: shapeZyx[down] * voxelSizeZyx[down],
          values,
        };
      }),
  };
}
