import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** Samples to each side that a normal looks at, along the finest axis; fewer along thicker ones. */
export const NORMAL_REACH = 4;

/**
 * Outward normal (x, y, z) of a label at a cell: against the gradient of its share of the samples around, in µm. Wider than a
 * step of voxels, so that thick slices do not shade as terraces, and the same whichever brick computes it.
 */
export function createNormalReader(samples: Uint32Array, [, ny, nx]: Zyx, spacingUmZyx: Zyx) {
  const finest = Math.min(...spacingUmZyx);
  const [rz, ry, rx] = spacingUmZyx.map((s) => Math.max(1, Math.round((NORMAL_REACH * finest) / s)));
  // Second moments of the window's offsets ±0.5, ±1.5 … along each axis, per sample
  const moment = (r: number) => (4 * r * r - 1) / 12;
  const scale = [moment(rz) * spacingUmZyx[0], moment(ry) * spacingUmZyx[1], moment(rx) * spacingUmZyx[2]];

  return (cell: number, label: number, out: Float32Array, at: number): void => {
    let gz = 0;
    let gy = 0;
    let gx = 0;
    for (let k = 1 - rz; k <= rz; k++)
      for (let j = 1 - ry; j <= ry; j++) {
        const row = cell + (k * ny + j) * nx;
        for (let i = 1 - rx; i <= rx; i++) {
          if (samples[row + i] !== label) continue;
          gz += k - 0.5;
          gy += j - 0.5;
          gx += i - 0.5;
        }
      }
    const z = -gz / scale[0];
    const y = -gy / scale[1];
    const x = -gx / scale[2];
    const length = Math.hypot(z, y, x);
    // A lone voxel may look alike from all sides.
    out[at] = length > 0 ? x / length : 0;
    out[at + 1] = length > 0 ? y / length : 0;
    out[at + 2] = length > 0 ? z / length : 1;
  };
}
