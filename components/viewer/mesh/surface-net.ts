import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** Vertices in units of samples from the block's corner; one in every cell of 2×2×2 samples that are not all alike. */
export interface SurfaceNet {
  /** -1 where the cell is uniform. */
  readonly vertexOfCell: Int32Array;
  /** Cell of each vertex: the index of its first sample. */
  readonly cells: Int32Array;
  /** z, y, x of each vertex. */
  readonly zyx: Float32Array;
}

/** Vertices start in the middle of their cells; `passes` times each moves half way to the mean of its neighbours, within its cell. */
export function buildNet(samples: Uint32Array, sizeZyx: Zyx, passes: number): SurfaceNet | null {
  const net = placeVertices(samples, sizeZyx);
  if (!net) return null;
  const links = linkNeighbours(net, samples, sizeZyx);
  for (let pass = 0; pass < passes; pass++) relax(net, links, sizeZyx);
  return net;
}

function placeVertices(samples: Uint32Array, [nz, ny, nx]: Zyx): SurfaceNet | null {
  const vertexOfCell = new Int32Array(nz * ny * nx).fill(-1);
  const cells: number[] = [];
  const layer = ny * nx;
  for (let z = 0; z < nz - 1; z++)
    for (let y = 0; y < ny - 1; y++)
      for (let x = 0, cell = (z * ny + y) * nx; x < nx - 1; x++, cell++) {
        const first = samples[cell];
        if (
          first === samples[cell + 1] &&
          first === samples[cell + nx] &&
          first === samples[cell + nx + 1] &&
          first === samples[cell + layer] &&
          first === samples[cell + layer + 1] &&
          first === samples[cell + layer + nx] &&
          first === samples[cell + layer + nx + 1]
        )
          continue;
        vertexOfCell[cell] = cells.length;
        cells.push(cell);
      }
  if (cells.length === 0) return null;
  const zyx = new Float32Array(cells.length * 3);
  cells.forEach((cell, i) => {
    zyx[i * 3] = Math.floor(cell / layer) + 0.5;
    zyx[i * 3 + 1] = (Math.floor(cell / nx) % ny) + 0.5;
    zyx[i * 3 + 2] = (cell % nx) + 0.5;
  });
  return { vertexOfCell, cells: Int32Array.from(cells), zyx };
}

/** Six per vertex: the vertices behind the faces of its cell that the surface goes through; -1 where it does not. */
function linkNeighbours({ vertexOfCell, cells }: SurfaceNet, samples: Uint32Array, [, ny, nx]: Zyx): Int32Array {
  const steps = [ny * nx, nx, 1];
  const links = new Int32Array(cells.length * 6).fill(-1);
  for (let i = 0; i < cells.length; i++)
    for (let axis = 0; axis < 3; axis++) {
      const neighbour = vertexOfCell[cells[i] + steps[axis]] ?? -1;
      if (neighbour < 0) continue;
      const corner = cells[i] + steps[axis];
      const a = steps[(axis + 1) % 3];
      const b = steps[(axis + 2) % 3];
      const first = samples[corner];
      if (first === samples[corner + a] && first === samples[corner + b] && first === samples[corner + a + b]) continue;
      links[i * 6 + axis] = neighbour;
      links[neighbour * 6 + 3 + axis] = i;
    }
  return links;
}

function relax({ cells, zyx }: SurfaceNet, links: Int32Array, [, ny, nx]: Zyx): void {
  const before = zyx.slice();
  for (let i = 0; i < cells.length; i++) {
    let count = 0;
    let z = 0;
    let y = 0;
    let x = 0;
    for (let k = i * 6; k < i * 6 + 6; k++) {
      const at = links[k] * 3;
      if (at < 0) continue;
      count++;
      z += before[at];
      y += before[at + 1];
      x += before[at + 2];
    }
    if (count === 0) continue;
    const cell = cells[i];
    zyx[i * 3] = inCell((before[i * 3] + z / count) / 2, Math.floor(cell / (ny * nx)));
    zyx[i * 3 + 1] = inCell((before[i * 3 + 1] + y / count) / 2, Math.floor(cell / nx) % ny);
    zyx[i * 3 + 2] = inCell((before[i * 3 + 2] + x / count) / 2, cell % nx);
  }
}

/** Vertices stay in their cells, so that no two surfaces pass through each other. */
const inCell = (value: number, first: number): number => Math.min(Math.max(value, first + 0.02), first + 0.98);
