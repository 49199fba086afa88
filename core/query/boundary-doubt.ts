import { growBox, type LabelObject } from "../labels/object-boxes.ts";
import { boxShape, voxelCount, type Zyx } from "../volume/voxel-space.ts";

/** Binary entropy divided by ln 2, so in [0, 1]. */
export function normalisedEntropy(probability: number): number {
  if (probability <= 0 || probability >= 1) return 0;
  return -(probability * Math.log2(probability) + (1 - probability) * Math.log2(1 - probability));
}

/** The band reaches this many in-plane voxels to both sides of the surface. */
const BAND_VOXELS_XY = 1.5;

export interface ProbabilityVolume {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** C order, 0…1. */
  readonly probability: Float32Array;
}

/**
 * u1: mean entropy of the foreground probability over voxels within ±1.5 in-plane voxels (in µm) of the object's
 * surface; surface voxels and their outer face neighbours always count. A mean, so that size does not decide.
 */
export function boundaryDoubt(labels: Uint32Array, object: LabelObject, volume: ProbabilityVolume): number {
  const { shapeZyx, voxelSizeZyx, probability } = volume;
  const { label } = object;
  const reachUm = BAND_VOXELS_XY * Math.max(voxelSizeZyx[1], voxelSizeZyx[2]);
  const margin = voxelSizeZyx.map((size) => Math.max(1, Math.ceil(reachUm / size)));
  const crop = growBox(object.box, [margin[0], margin[1], margin[2]], shapeZyx);
  const size = boxShape(crop);
  const [depth, rows, columns] = size;
  const sourceOf = (row: number) =>
    ((Math.floor(row / rows) + crop.minZyx[0]) * shapeZyx[1] + (row % rows) + crop.minZyx[1]) * shapeZyx[2] +
    crop.minZyx[2];
  const inside = new Uint8Array(voxelCount(size));
  for (let row = 0; row < depth * rows; row++) {
    const source = sourceOf(row);
    for (let x = 0; x < columns; x++) if (labels[source + x] === label) inside[row * columns + x] = 1;
  }
  const isCounted = bandOf(inside, size, stepsWithin(reachUm, voxelSizeZyx));
  let sum = 0;
  let count = 0;
  for (let row = 0; row < depth * rows; row++) {
    const source = sourceOf(row);
    for (let x = 0; x < columns; x++) {
      if (isCounted[row * columns + x] === 0) continue;
      sum += normalisedEntropy(probability[source + x]);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** From a voxel to all that lie so near. The tolerance keeps a voxel exactly on the band's edge inside it, whatever the rounding. */
function stepsWithin(reachUm: number, [sizeZ, sizeY, sizeX]: Zyx): Zyx[] {
  const steps: Zyx[] = [];
  const [z, y, x] = [sizeZ, sizeY, sizeX].map((size) => Math.ceil(reachUm / size));
  for (let dz = -z; dz <= z; dz++)
    for (let dy = -y; dy <= y; dy++)
      for (let dx = -x; dx <= x; dx++)
        if (Math.hypot(dz * sizeZ, dy * sizeY, dx * sizeX) <= reachUm * (1 + 1e-6)) steps.push([dz, dy, dx]);
  return steps;
}

/** Voxels within the steps of an object's surface, and the outer face neighbours of that. */
function bandOf(inside: Uint8Array, [depth, rows, columns]: Zyx, steps: readonly Zyx[]): Uint8Array {
  const band = new Uint8Array(inside.length);
  const plane = rows * columns;
  const faces = [-plane, -columns, -1, 1, columns, plane];
  const far = steps.map(([z, y, x]) => (z * rows + y) * columns + x);
  let [reachZ, reachY, reachX] = [1, 1, 1];
  for (const [z, y, x] of steps)
    [reachZ, reachY, reachX] = [Math.max(reachZ, z), Math.max(reachY, y), Math.max(reachX, x)];
  let i = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++, i++) {
        if (inside[i] === 0) continue;
        const isDeep =
          z >= reachZ && y >= reachY && x >= reachX && z + reachZ < depth && y + reachY < rows && x + reachX < columns;
        let isSurface = false;
        for (let face = 0; face < 6; face++) {
          if (!isDeep && !isInBox(z, y, x, FACES[face], depth, rows, columns)) continue;
          if (inside[i + faces[face]] !== 0) continue;
          isSurface = true;
          band[i + faces[face]] = 1;
        }
        if (!isSurface) continue;
        for (let step = 0; step < far.length; step++)
          if (isDeep || isInBox(z, y, x, steps[step], depth, rows, columns)) band[i + far[step]] = 1;
      }
  return band;
}

const FACES: readonly Zyx[] = [
  [-1, 0, 0],
  [0, -1, 0],
  [0, 0, -1],
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
];

function isInBox(z: number, y: number, x: number, step: Zyx, depth: number, rows: number, columns: number): boolean {
  const [nz, ny, nx] = [z + step[0], y + step[1], x + step[2]];
  return nz >= 0 && ny >= 0 && nx >= 0 && nz < depth && ny < rows && nx < columns;
}
