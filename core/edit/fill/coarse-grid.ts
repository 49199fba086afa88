import { type VoxelSpace, voxelCount, type Zyx } from "../../volume/voxel-space.ts";

/** Means over blocks of voxels: what there is to see of a nucleus needs no finer grid. */
export interface CoarseGrid extends VoxelSpace {
  /** Voxels of a block on each axis. */
  readonly factorZyx: Zyx;
  readonly values: Float32Array;
  /** The coarse voxel that a fine one lies in. */
  of(z: number, y: number, x: number): number;
}

/** Blocks as near to cubes of `blockUm` as whole voxels allow, none larger on any axis. */
export function poolToGrid(values: Float32Array, space: VoxelSpace, blockUm: number): CoarseGrid {
  const [nz, ny, nx] = space.shapeZyx;
  const factorZyx = space.voxelSizeZyx.map((size) => Math.max(1, Math.floor(blockUm / size))) as unknown as Zyx;
  const [fz, fy, fx] = factorZyx;
  const shapeZyx: Zyx = [Math.ceil(nz / fz), Math.ceil(ny / fy), Math.ceil(nx / fx)];
  const of = (z: number, y: number, x: number): number =>
    (Math.floor(z / fz) * shapeZyx[1] + Math.floor(y / fy)) * shapeZyx[2] + Math.floor(x / fx);
  const sums = new Float64Array(voxelCount(shapeZyx));
  const counts = new Uint32Array(sums.length);
  let i = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        const at = of(z, y, x);
        sums[at] += values[i];
        counts[at]++;
      }
  return {
    shapeZyx,
    voxelSizeZyx: [space.voxelSizeZyx[0] * fz, space.voxelSizeZyx[1] * fy, space.voxelSizeZyx[2] * fx],
    factorZyx,
    values: Float32Array.from(sums, (sum, at) => sum / counts[at]),
    of,
  };
}

/** The up to 26 voxels round one. */
export function neighbours(index: number, [nz, ny, nx]: Zyx): number[] {
  const x = index % nx;
  const y = Math.floor(index / nx) % ny;
  const z = Math.floor(index / (nx * ny));
  const found: number[] = [];
  for (let w = Math.max(0, z - 1); w <= Math.min(nz - 1, z + 1); w++)
    for (let v = Math.max(0, y - 1); v <= Math.min(ny - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(nx - 1, x + 1); u++) {
        const at = (w * ny + v) * nx + u;
        if (at !== index) found.push(at);
      }
  return found;
}

/** Pairs of voxels that share a face, each once, with the axis they lie along. */
export function forFacePairs([nz, ny, nx]: Zyx, visit: (a: number, b: number, axis: 0 | 1 | 2) => void): void {
  let i = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        if (x + 1 < nx) visit(i, i + 1, 2);
        if (y + 1 < ny) visit(i, i + nx, 1);
        if (z + 1 < nz) visit(i, i + nx * ny, 0);
      }
}
