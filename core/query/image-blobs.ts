import { blobAnswer, blobAnswerReach, isPeak } from "../volume/blob-answer.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";

/** Two blobs are so far apart at least, of their diameter. */
const SEPARATION = 0.5;
/** Of the image's range: what answers less is noise. */
const LEAST_STRENGTH = 0.01;

/** Voxels to each side of one that decide whether it is a blob's middle, and how strong that is. */
export function blobReachZyx(voxelSizeZyx: Zyx, diameterUm: number): Zyx {
  const reach = blobAnswerReach(voxelSizeZyx, diameterUm);
  const along = (axis: 0 | 1 | 2) => reach[axis] + 1 + Math.ceil((SEPARATION * diameterUm) / voxelSizeZyx[axis]);
  return [along(0), along(1), along(2)];
}

export interface ImageBlobs {
  /** Voxels, strongest first. */
  readonly middles: readonly number[];
  /** Of every voxel, `blobAnswer`. */
  readonly strength: Float32Array;
}

/**
 * Bright blobs of a size: peaks of `blobAnswer` that no higher peak is near. `image` is
 * normalised: 0…1 is the range of the whole volume.
 */
export function findImageBlobs(image: Float32Array, space: VoxelSpace, diameterUm: number): ImageBlobs {
  const strength = blobAnswer(image, space, diameterUm);
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
