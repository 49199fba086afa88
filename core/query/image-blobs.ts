import { smooth, smoothingReach } from "../volume/smooth.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";

/** A ball of diameter d answers strongest to a Gaussian's Laplacian of this sigma: d / (2√3). */
const SIGMA_PER_DIAMETER = 1 / (2 * Math.sqrt(3));
/** The Laplacian as a difference of two Gaussians. */
const RATIO = 1.26;
/** Two blobs are so far apart at least, of their diameter. */
const SEPARATION = 0.5;
/** Of the image's range: what answers less is noise. */
const LEAST_STRENGTH = 0.01;

const wideSigmaUm = (diameterUm: number): number => SIGMA_PER_DIAMETER * diameterUm * Math.sqrt(RATIO);

/** Voxels to each side of one that decide whether it is a blob's middle, and how strong that is. */
export function blobReachZyx(voxelSizeZyx: Zyx, diameterUm: number): Zyx {
  const reach = smoothingReach(voxelSizeZyx, wideSigmaUm(diameterUm));
  const along = (axis: 0 | 1 | 2) => reach[axis] + 1 + Math.ceil((SEPARATION * diameterUm) / voxelSizeZyx[axis]);
  return [along(0), along(1), along(2)];
}

export interface ImageBlobs {
  /** Voxels, strongest first. */
  readonly middles: readonly number[];
  /** Of every voxel: how much brighter it is, at the blobs' size, than what is round it. */
  readonly strength: Float32Array;
}

/**
 * Bright blobs of a size: peaks of a difference of two Gaussians (Lindeberg 1998) that no higher peak is near. `image` is
 * normalised: 0…1 is the range of the whole volume. Widths are micrometres, so slices may be thick.
 */
export function findImageBlobs(image: Float32Array, space: VoxelSpace, diameterUm: number): ImageBlobs {
  const sigmaUm = SIGMA_PER_DIAMETER * diameterUm;
  const strength = smooth(image, space, sigmaUm / Math.sqrt(RATIO));
  const wide = smooth(image, space, wideSigmaUm(diameterUm));
  for (let i = 0; i < strength.length; i++) strength[i] -= wide[i];
  const peaks = peaksOf(strength, space.shapeZyx).sort((a, b) => strength[b] - strength[a] || a - b);
  return { middles: withoutHigherNear(peaks, space, SEPARATION * diameterUm), strength };
}

/** Voxels above the noise that no neighbour exceeds; of equal neighbours the first. */
function peaksOf(values: Float32Array, [depth, rows, columns]: Zyx): number[] {
  const peaks: number[] = [];
  let i = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++, i++)
        if (values[i] >= LEAST_STRENGTH && isPeak(values, i, [z, y, x], [depth, rows, columns])) peaks.push(i);
  return peaks;
}

function isPeak(values: Float32Array, at: number, [z, y, x]: Zyx, [depth, rows, columns]: Zyx): boolean {
  for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
    for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < rows ? 1 : 0); dy++)
      for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < columns ? 1 : 0); dx++) {
        const other = at + (dz * rows + dy) * columns + dx;
        if (values[other] > values[at] || (values[other] === values[at] && other < at)) return false;
      }
  return true;
}

/** `peaks` from the highest down. Whether a peak stays depends on those near it alone, whatever becomes of them. */
function withoutHigherNear(peaks: readonly number[], { shapeZyx, voxelSizeZyx }: VoxelSpace, nearUm: number): number[] {
  const cells = new Map<string, number[]>();
  return peaks.filter((peak) => {
    const [cz, cy, cx] = placeOf(peak, shapeZyx).map((at, axis) => Math.floor((at * voxelSizeZyx[axis]) / nearUm));
    let isAlone = true;
    for (let z = cz - 1; z <= cz + 1; z++)
      for (let y = cy - 1; y <= cy + 1; y++)
        for (let x = cx - 1; x <= cx + 1; x++)
          for (const other of cells.get(`${z} ${y} ${x}`) ?? [])
            if (awayUm(other, peak, { shapeZyx, voxelSizeZyx }) < nearUm) isAlone = false;
    const cell = `${cz} ${cy} ${cx}`;
    cells.set(cell, [...(cells.get(cell) ?? []), peak]);
    return isAlone;
  });
}

export function placeOf(voxel: number, [, rows, columns]: Zyx): Zyx {
  const row = Math.floor(voxel / columns);
  return [Math.floor(row / rows), row % rows, voxel % columns];
}

/** Between the middles of two voxels. The same to the last bit wherever a part of a volume begins. */
export function awayUm(a: number, b: number, { shapeZyx, voxelSizeZyx }: VoxelSpace): number {
  const [p, q] = [placeOf(a, shapeZyx), placeOf(b, shapeZyx)];
  const along = (axis: 0 | 1 | 2) => (p[axis] - q[axis]) * voxelSizeZyx[axis];
  return Math.hypot(along(0), along(1), along(2));
}
