import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";

/** Middles of nuclei lie on a lattice of this many voxels; with voxels of 1 × 0.4 × 0.4 µm they are round. */
const CELL_ZYX: Zyx = [20, 50, 50];
const RADIUS_ZYX: Zyx = [6, 15, 15];

/** Half the width of a ball in x, in voxels, on a line that is `dz` and `dy` voxels from its middle; negative where it does not reach. */
const halfWidth = (dz: number, dy: number): number => {
  const rest = 1 - (dz / RADIUS_ZYX[0]) ** 2 - (dy / RADIUS_ZYX[1]) ** 2;
  return rest < 0 ? -1 : Math.floor(RADIUS_ZYX[2] * Math.sqrt(rest));
};

const offset = (at: number, axis: 0 | 1 | 2): number => {
  const within = at % CELL_ZYX[axis];
  return within - CELL_ZYX[axis] / 2;
};

/** Plane by plane a tissue of bright balls in noise, as large as wanted: about one ball in 50,000 voxels. */
export function ballPlanes([, sizeY, sizeX]: Zyx): (plane: Uint16Array, z: number) => void {
  let noise = 1;
  return (plane, z) => {
    for (let y = 0; y < sizeY; y++) {
      const half = halfWidth(offset(z, 0), offset(y, 1));
      for (let x = 0; x < sizeX; x++) {
        noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
        plane[y * sizeX + x] = (Math.abs(offset(x, 2)) <= half ? 900 : 250) + (noise >>> 24);
      }
    }
  };
}

/** Every ball whose cell lies in the box, as runs `z, y, from x, to x`. */
export function ballsIn({ minZyx, maxZyx }: VoxelBox): Int32Array[] {
  const found: Int32Array[] = [];
  const cells = (axis: 0 | 1 | 2): number[] => {
    const all: number[] = [];
    for (let at = Math.ceil(minZyx[axis] / CELL_ZYX[axis]); (at + 1) * CELL_ZYX[axis] <= maxZyx[axis]; at++)
      all.push(at * CELL_ZYX[axis] + CELL_ZYX[axis] / 2);
    return all;
  };
  for (const z of cells(0))
    for (const y of cells(1))
      for (const x of cells(2)) {
        const runs: number[] = [];
        for (let dz = -RADIUS_ZYX[0]; dz <= RADIUS_ZYX[0]; dz++)
          for (let dy = -RADIUS_ZYX[1]; dy <= RADIUS_ZYX[1]; dy++) {
            const half = halfWidth(dz, dy);
            if (half >= 0) runs.push(z + dz, y + dy, x - half, x + half + 1);
          }
        found.push(Int32Array.from(runs));
      }
  return found;
}
