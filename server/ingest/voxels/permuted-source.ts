import { createPixelArray, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { VolumeSource } from "./volume-source.ts";

/** Bounds what a block of the permuted volume takes. */
const MAX_BLOCK_VOXELS = 16 * 2 ** 20;

/**
 * A source whose planes, rows and columns are z, y, x in another order. `axes` names them as they are stored. Every block
 * reads what of the source it crosses, so a file that is stored along x is read once per block.
 */
export function permuteSource(source: VolumeSource, axes: readonly ("z" | "y" | "x")[]): VolumeSource {
  const place = { z: axes.indexOf("z"), y: axes.indexOf("y"), x: axes.indexOf("x") };
  if (place.z === 0 && place.y === 1 && place.x === 2) return source;
  const stored = source.shapeZyx;
  const shapeZyx: Zyx = [stored[place.z], stored[place.y], stored[place.x]];
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const planes = Math.max(1, Math.min(sizeZ, Math.floor(MAX_BLOCK_VOXELS / (sizeY * sizeX))));
  return {
    shapeZyx,
    pixelType: source.pixelType,
    blockZy: [planes, planes > 1 ? sizeY : Math.max(1, Math.min(sizeY, Math.floor(MAX_BLOCK_VOXELS / sizeX)))],
    async read(zMin, zMax, yMin, yMax) {
      const rows = yMax - yMin;
      const out = createPixelArray(source.pixelType, (zMax - zMin) * rows * sizeX);
      const from = { z: zMin, y: yMin, x: 0 };
      const to = { z: zMax, y: yMax, x: sizeX };
      // Distance in `out` of one step along each stored axis.
      const stride = { z: rows * sizeX, y: sizeX, x: 1 };
      const [a, b, c] = axes;
      const [stepA, stepB] = source.blockZy;
      for (let aMin = from[a]; aMin < to[a]; aMin += stepA) {
        const aMax = Math.min(to[a], aMin + stepA);
        for (let bMin = from[b]; bMin < to[b]; bMin += stepB) {
          const bMax = Math.min(to[b], bMin + stepB);
          const part = await source.read(aMin, aMax, bMin, bMax);
          for (let i = aMin; i < aMax; i++)
            for (let j = bMin; j < bMax; j++) {
              const row = ((i - aMin) * (bMax - bMin) + (j - bMin)) * stored[2];
              const start = (i - from[a]) * stride[a] + (j - from[b]) * stride[b];
              for (let k = from[c]; k < to[c]; k++) out[start + (k - from[c]) * stride[c]] = part[row + k];
            }
        }
      }
      return out;
    },
  };
}
