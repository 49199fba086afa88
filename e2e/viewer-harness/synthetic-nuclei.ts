import { BRICK_SIZE } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

/** Ellipsoids on a jittered grid, the same on the server (image) and in the page (labels). */
export interface SyntheticVolume {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly nuclei: readonly { readonly label: number; readonly centerZyx: Zyx; readonly radiusZyx: Zyx }[];
}

export function createSyntheticVolume(shapeZyx: Zyx, voxelSizeZyx: Zyx, spacingUm: number): SyntheticVolume {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const counts = shapeZyx.map((n, axis) => Math.max(1, Math.floor((n * voxelSizeZyx[axis]) / spacingUm)));
  const nuclei: SyntheticVolume["nuclei"][number][] = [];
  for (let k = 0; k < counts[0]; k++)
    for (let j = 0; j < counts[1]; j++)
      for (let i = 0; i < counts[2]; i++) {
        const center = [k, j, i].map((n, axis) => ((n + 0.5 + (random() - 0.5) * 0.3) / counts[axis]) * shapeZyx[axis]);
        const radius = voxelSizeZyx.map((size) => ((0.36 + 0.14 * random()) * spacingUm) / size);
        // Labels beyond 16 bits: nothing on the way may cut them.
        nuclei.push({
          label: 70_000 + nuclei.length * 17,
          centerZyx: center as unknown as Zyx,
          radiusZyx: radius as unknown as Zyx,
        });
      }
  return { shapeZyx, voxelSizeZyx, nuclei };
}

/** Calls `visit` for the voxels of every nucleus that lie in a box of the given corner and size 64³, at a scale. */
export function visitNuclei(
  volume: SyntheticVolume,
  cornerZyx: Zyx,
  factorZyx: Zyx,
  visit: (index: number, label: number, depth: number) => void,
): void {
  for (const { label, centerZyx, radiusZyx } of volume.nuclei) {
    const range = centerZyx.map((c, axis) => {
      const first = Math.floor((c - radiusZyx[axis]) / factorZyx[axis]) - cornerZyx[axis];
      const end = Math.ceil((c + radiusZyx[axis]) / factorZyx[axis]) - cornerZyx[axis] + 1;
      return [Math.max(0, first), Math.min(BRICK_SIZE, end)];
    });
    for (let z = range[0][0]; z < range[0][1]; z++)
      for (let y = range[1][0]; y < range[1][1]; y++)
        for (let x = range[2][0]; x < range[2][1]; x++) {
          const at = [z, y, x].map((v, axis) => (v + cornerZyx[axis] + 0.5) * factorZyx[axis]);
          if (at.some((v, axis) => v >= volume.shapeZyx[axis])) continue;
          const r2 = at.reduce((sum, v, axis) => sum + ((v - centerZyx[axis]) / radiusZyx[axis]) ** 2, 0);
          if (r2 <= 1) visit((z * BRICK_SIZE + y) * BRICK_SIZE + x, label, 1 - r2);
        }
  }
}

export const levelsOf = (shapeZyx: Zyx) =>
  (
    [
      [1, 1, 1],
      [1, 2, 2],
      [2, 4, 4],
      [4, 8, 8],
    ] as const
  ).map((factorZyx, scaleLevel) => ({
    scaleLevel,
    factorZyx: factorZyx as Zyx,
    shapeZyx: shapeZyx.map((n, axis) => Math.ceil(n / factorZyx[axis])) as unknown as Zyx,
  }));

export const volumes = {
  small: createSyntheticVolume([40, 200, 260], [1, 0.4, 0.4], 16),
  big: createSyntheticVolume([128, 512, 512], [1, 0.4, 0.4], 20),
} as const;
