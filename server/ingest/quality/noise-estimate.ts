import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { VolumeBlock } from "../voxels/read-whole-volume.ts";

export interface NoiseEstimate {
  add(block: VolumeBlock): void;
  /** Standard deviation of the noise in intensities; null where the image has none (masked, computed or constant). */
  sigma(): number | null;
}

const MAX_DIFFERENCES = 1 << 19;
/** Of a normal distribution: σ = 1.4826 × median of the absolute values. */
const MEDIAN_TO_SIGMA = 1.4826;

/**
 * Second differences along x cancel what is smooth and leave the noise, √6 times as wide; their median ignores
 * edges. Runs of equal values (a background set to zero) say nothing about the detector and are left out.
 */
export function createNoiseEstimate(shapeZyx: Zyx): NoiseEstimate {
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const rowStride = Math.max(1, Math.ceil((sizeZ * sizeY * sizeX) / MAX_DIFFERENCES)) | 1;
  const differences = new Float32Array(MAX_DIFFERENCES);
  let count = 0;
  return {
    add(block) {
      const rows = block.yMax - block.yMin;
      for (let z = block.zMin; z < block.zMax; z++)
        for (let y = block.yMin; y < block.yMax; y++) {
          if ((z * sizeY + y) % rowStride !== 0) continue;
          const row = ((z - block.zMin) * rows + (y - block.yMin)) * sizeX;
          for (let x = row + 1; x < row + sizeX - 1 && count < MAX_DIFFERENCES; x++) {
            const [a, b, c] = [block.pixels[x - 1], block.pixels[x], block.pixels[x + 1]];
            const difference = Math.abs(a - 2 * b + c);
            if ((a !== b || b !== c) && Number.isFinite(difference)) differences[count++] = difference;
          }
        }
    },
    sigma() {
      if (count < 32) return null;
      const sorted = differences.subarray(0, count).sort();
      const sigma = (MEDIAN_TO_SIGMA * sorted[count >> 1]) / Math.sqrt(6);
      return sigma > 0 ? sigma : null;
    },
  };
}
