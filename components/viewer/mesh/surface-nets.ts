import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { BrickSurface } from "./mesh-messages.ts";

/** Samples of neighbours that a brick's block carries on each side, so that its surface meets theirs without a seam. */
export const APRON = 8;
/** Each pass moves a vertex by what its neighbours are: with passes + 3 within the apron, two bricks agree on shared vertices. */
const RELAX_PASSES = 5;

export interface LabelBlock {
  /** Labels, x fastest, apron included. */
  readonly samples: Uint32Array;
  readonly sizeZyx: Zyx;
  /** Samples whose surface this block owns, half-open, counted in the block. */
  readonly coreMinZyx: Zyx;
  readonly coreMaxZyx: Zyx;
  /** µm of the middle of sample (0, 0, 0), and between samples. */
  readonly originUmZyx: Zyx;
  readonly spacingUmZyx: Zyx;
}

/**
 * Surfaces of many touching labels by surface nets (Gibson 1998): one vertex in every cell of 2×2×2 samples that are
 * not all alike, shared by the labels that meet there, relaxed towards its neighbours but kept in its cell; one quad per
 * pair of unlike neighbouring samples. Each label's surface is closed across blocks.
 */
export function buildSurface(block: LabelBlock): BrickSurface | null {
  const { samples, sizeZyx, spacingUmZyx } = block;
  const [nz, ny, nx] = sizeZyx;
  const stepOf = [ny * nx, nx, 1] as const;
  const net = placeVertices(samples, sizeZyx);
  if (!net) return null;
  for (let pass = 0; pass < RELAX_PASSES; pass++) relax(net, samples, sizeZyx, stepOf);

  const vertexOf = new Map<number, number>(); // cell and label -> vertex
  const labelNumber = new Map<number, number>();
  const positions: number[] = [];
  const normals: number[] = [];
  const labels: number[] = [];
  const indices: number[] = [];
  const cellCount = nz * ny * nx;

  const vertexFor = (cell: number, label: number): number => {
    let number = labelNumber.get(label);
    if (number === undefined) {
      number = labelNumber.size;
      labelNumber.set(label, number);
    }
    const key = number * cellCount + cell;
    const known = vertexOf.get(key);
    if (known !== undefined) return known;
    const vertex = labels.length;
    vertexOf.set(key, vertex);
    const at = net.vertexOfCell[cell] * 3;
    for (const axis of [2, 1, 0] as const)
      positions.push(block.originUmZyx[axis] + net.zyx[at + axis] * spacingUmZyx[axis]);
    normals.push(0, 0, 0);
    labels.push(label);
    return vertex;
  };

  /** The quad between a sample and its neighbour along `axis`, seen from outside of `label`. */
  const addQuad = (sample: number, axis: 0 | 1 | 2, label: number, isForward: boolean, isOwned: boolean): void => {
    const a = stepOf[((axis + 1) % 3) as 0 | 1 | 2];
    const b = stepOf[((axis + 2) % 3) as 0 | 1 | 2];
    const cells = [sample - a - b, sample - b, sample, sample - a];
    const ring = (isForward ? cells : cells.reverse()).map((cell) => vertexFor(cell, label));
    // zyx has the other handedness than xyz: the order along (axis + 1, axis + 2) turns round.
    const [p, q, r, s] = [ring[0], ring[3], ring[2], ring[1]];
    addNormal(positions, normals, [p, q, r, s]);
    if (isOwned) indices.push(p, q, r, p, r, s);
  };

  const { coreMinZyx: min, coreMaxZyx: max } = block;
  for (let z = 1; z < nz - 1; z++)
    for (let y = 1; y < ny - 1; y++)
      for (let x = 1; x < nx - 1; x++) {
        const sample = (z * ny + y) * nx + x;
        const here = samples[sample];
        const at = [z, y, x];
        for (const axis of [0, 1, 2] as const) {
          const next = samples[sample + stepOf[axis]];
          if (next === here) continue;
          const isNear = at.every((v, i) => v >= min[i] - 2 && v < max[i] + 1);
          if (!isNear) continue;
          const isOwned = at.every((v, i) => v >= min[i] && v < max[i]);
          if (here !== 0) addQuad(sample, axis, here, true, isOwned);
          if (next !== 0) addQuad(sample, axis, next, false, isOwned);
        }
      }
  if (indices.length === 0) return null;
  normalise(normals);
  return compact(positions, normals, labels, indices);
}

/** Vertices in units of samples, from the block's corner; one per cell that is not uniform. */
interface Net {
  readonly vertexOfCell: Int32Array;
  readonly cells: number[];
  zyx: Float64Array;
}

function placeVertices(samples: Uint32Array, [nz, ny, nx]: Zyx): Net | null {
  const vertexOfCell = new Int32Array(nz * ny * nx).fill(-1);
  const cells: number[] = [];
  const zyx: number[] = [];
  for (let z = 0; z < nz - 1; z++)
    for (let y = 0; y < ny - 1; y++)
      for (let x = 0; x < nx - 1; x++) {
        const cell = (z * ny + y) * nx + x;
        const first = samples[cell];
        if (
          first === samples[cell + 1] &&
          first === samples[cell + nx] &&
          first === samples[cell + nx + 1] &&
          first === samples[cell + ny * nx] &&
          first === samples[cell + ny * nx + 1] &&
          first === samples[cell + ny * nx + nx] &&
          first === samples[cell + ny * nx + nx + 1]
        )
          continue;
        vertexOfCell[cell] = cells.length;
        cells.push(cell);
        zyx.push(z + 0.5, y + 0.5, x + 0.5);
      }
  return cells.length > 0 ? { vertexOfCell, cells, zyx: Float64Array.from(zyx) } : null;
}

/** Moves every vertex to the mean of those in the cells next to it that the surface goes through, within its own cell. */
function relax(net: Net, samples: Uint32Array, [nz, ny, nx]: Zyx, stepOf: readonly [number, number, number]): void {
  const { vertexOfCell, cells, zyx } = net;
  const moved = zyx.slice();
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    const corner = [Math.floor(cell / (ny * nx)), Math.floor(cell / nx) % ny, cell % nx];
    let count = 0;
    const sum = [0, 0, 0];
    for (const axis of [0, 1, 2] as const)
      for (const side of [-1, 1]) {
        if (corner[axis] + side < 0 || corner[axis] + side >= [nz, ny, nx][axis] - 1) continue;
        const neighbour = vertexOfCell[cell + side * stepOf[axis]];
        if (neighbour < 0 || !isFaceCut(samples, side > 0 ? cell + stepOf[axis] : cell, axis, stepOf)) continue;
        count++;
        for (let k = 0; k < 3; k++) sum[k] += zyx[neighbour * 3 + k];
      }
    if (count === 0) continue;
    for (let k = 0; k < 3; k++) {
      const target = 0.5 * zyx[i * 3 + k] + (0.5 * sum[k]) / count;
      moved[i * 3 + k] = Math.min(Math.max(target, corner[k] + 0.02), corner[k] + 0.98);
    }
  }
  net.zyx = moved;
}

/** True when the four samples of a cell's face across `axis` are not all alike: the surface goes through it. */
function isFaceCut(samples: Uint32Array, corner: number, axis: 0 | 1 | 2, stepOf: readonly [number, number, number]) {
  const a = stepOf[((axis + 1) % 3) as 0 | 1 | 2];
  const b = stepOf[((axis + 2) % 3) as 0 | 1 | 2];
  const first = samples[corner];
  return first !== samples[corner + a] || first !== samples[corner + b] || first !== samples[corner + a + b];
}

/** Area-weighted: the cross product of the diagonals is twice the quad's area. */
function addNormal(positions: number[], normals: number[], [p, q, r, s]: readonly number[]): void {
  const d = (from: number, to: number, k: number) => positions[to * 3 + k] - positions[from * 3 + k];
  const x = d(p, r, 1) * d(q, s, 2) - d(p, r, 2) * d(q, s, 1);
  const y = d(p, r, 2) * d(q, s, 0) - d(p, r, 0) * d(q, s, 2);
  const z = d(p, r, 0) * d(q, s, 1) - d(p, r, 1) * d(q, s, 0);
  for (const vertex of [p, q, r, s]) {
    normals[vertex * 3] += x;
    normals[vertex * 3 + 1] += y;
    normals[vertex * 3 + 2] += z;
  }
}

function normalise(normals: number[]): void {
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]) || 1;
    for (let k = 0; k < 3; k++) normals[i + k] /= length;
  }
}

/** Drops the vertices that only quads of the apron used. */
function compact(positions: number[], normals: number[], labels: number[], indices: number[]): BrickSurface {
  const renamed = new Int32Array(labels.length).fill(-1);
  const kept: number[] = [];
  const newIndices = Uint32Array.from(indices, (vertex) => {
    if (renamed[vertex] < 0) renamed[vertex] = kept.push(vertex) - 1;
    return renamed[vertex];
  });
  const pick3 = (from: number[]) => {
    const out = new Float32Array(kept.length * 3);
    kept.forEach((vertex, i) => {
      for (let k = 0; k < 3; k++) out[i * 3 + k] = from[vertex * 3 + k];
    });
    return out;
  };
  return {
    positions: pick3(positions),
    normals: pick3(normals),
    labels: Uint32Array.from(kept, (vertex) => labels[vertex]),
    indices: newIndices,
  };
}
