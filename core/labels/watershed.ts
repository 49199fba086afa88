import type { Zyx } from "../volume/voxel-space.ts";
import { VoxelHeap } from "./voxel-heap.ts";

/** A seed of what floods in from beyond the arrays: nobody can say which label its voxels have. */
export const UNCERTAIN = 0xffff_ffff;

/**
 * Seeded watershed: every seed floods `height` from low to high through face neighbours inside `mask`; where two
 * floods meet, the one that arrives first keeps the voxel. No dividing line is left. Voxels of the mask that no seed
 * reaches stay 0. Seeds outside the mask are ignored.
 *
 * For a part of a volume every voxel of the mask at a cut face is a seed `UNCERTAIN`. That floods first and wins against
 * all at its height, so it is never later than what the rest of the volume could send: every voxel with another label has
 * the label that it has in the flood of the whole volume.
 *
 * Parts of the mask that do not touch are flooded one after the other, and what holds one label only needs no order at all.
 */
export function seededWatershed(
  height: Float32Array,
  seeds: Uint32Array,
  mask: Uint8Array,
  shapeZyx: Zyx,
): Uint32Array<ArrayBuffer> {
  const labels = new Uint32Array(seeds.length);
  const part = new MaskPart(mask, shapeZyx);
  const heap = new VoxelHeap();
  for (let i = 0; i < seeds.length; i++) {
    if (seeds[i] === 0 || mask[i] === 0 || labels[i] !== 0) continue;
    const rivals = part.fill(labels, seeds, i);
    if (!rivals) continue;
    part.erase(labels);
    heap.clear();
    for (const seed of rivals.sort()) {
      labels[seed] = seeds[seed];
      heap.push(seed, seeds[seed] === UNCERTAIN ? Number.NEGATIVE_INFINITY : height[seed]);
    }
    part.flood(labels, height, heap);
  }
  return labels;
}

const INSIDE = 1;
/** In the mask, and at a face of the arrays: not all of its neighbours are there. */
const AT_FACE = 2;

/** Voxels of a mask that hang together by faces. */
class MaskPart {
  readonly #cells: Uint8Array;
  readonly #shapeZyx: Zyx;
  /** To the neighbours, in the order in which they are flooded. */
  readonly #steps: Int32Array;
  #voxels = new Uint32Array(4096);
  #count = 0;

  constructor(mask: Uint8Array, shapeZyx: Zyx) {
    const [, rows, columns] = shapeZyx;
    this.#cells = markFaces(mask, shapeZyx);
    this.#shapeZyx = shapeZyx;
    this.#steps = Int32Array.of(-rows * columns, -columns, -1, 1, columns, rows * columns);
  }

  /** Gives the part that a seed lies in the seed's label. Returns all of its seeds where they are not of one label. */
  fill(labels: Uint32Array, seeds: Uint32Array, first: number): Uint32Array | null {
    const [cells, steps] = [this.#cells, this.#steps];
    const label = seeds[first];
    const found = [first];
    let isContested = false;
    let voxels = this.#voxels;
    voxels[0] = first;
    labels[first] = label;
    let count = 1;
    for (let head = 0; head < count; head++) {
      const at = voxels[head];
      const open = cells[at] === AT_FACE ? openSides(at, this.#shapeZyx) : ALL_SIDES;
      if (count + 6 > voxels.length) voxels = this.#grow();
      for (let side = 0; side < 6; side++) {
        if (((open >> side) & 1) === 0) continue;
        const next = at + steps[side];
        if (cells[next] === 0 || labels[next] !== 0) continue;
        labels[next] = label;
        voxels[count++] = next;
        if (seeds[next] === 0) continue;
        found.push(next);
        if (seeds[next] !== label) isContested = true;
      }
    }
    this.#count = count;
    return isContested ? Uint32Array.from(found) : null;
  }

  erase(labels: Uint32Array): void {
    for (let i = 0; i < this.#count; i++) labels[this.#voxels[i]] = 0;
  }

  flood(labels: Uint32Array, height: Float32Array, heap: VoxelHeap): void {
    const [cells, steps] = [this.#cells, this.#steps];
    while (heap.size > 0) {
      const at = heap.pop();
      const label = labels[at];
      const open = cells[at] === AT_FACE ? openSides(at, this.#shapeZyx) : ALL_SIDES;
      for (let side = 0; side < 6; side++) {
        if (((open >> side) & 1) === 0) continue;
        const next = at + steps[side];
        if (cells[next] === 0 || labels[next] !== 0) continue;
        labels[next] = label;
        heap.push(next, label === UNCERTAIN ? justBelow(height[next]) : height[next]);
      }
    }
  }

  #grow(): Uint32Array<ArrayBuffer> {
    const larger = new Uint32Array(2 * this.#voxels.length);
    larger.set(this.#voxels);
    this.#voxels = larger;
    return larger;
  }
}

const ALL_SIDES = 63;

function markFaces(mask: Uint8Array, [depth, rows, columns]: Zyx): Uint8Array {
  const cells = new Uint8Array(mask.length);
  let i = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < rows; y++) {
      const isFace = z === 0 || y === 0 || z + 1 === depth || y + 1 === rows;
      const [first, last] = [i, i + columns - 1];
      for (; i <= last; i++) if (mask[i] !== 0) cells[i] = isFace || i === first || i === last ? AT_FACE : INSIDE;
    }
  return cells;
}

/** A bit for each face behind which the arrays go on: before in z, y and x, then behind in x, y and z. */
function openSides(at: number, [depth, rows, columns]: Zyx): number {
  const row = Math.floor(at / columns);
  const x = at - row * columns;
  const z = Math.floor(row / rows);
  const y = row - z * rows;
  return (
    (z > 0 ? 1 : 0) |
    (y > 0 ? 2 : 0) |
    (x > 0 ? 4 : 0) |
    (x + 1 < columns ? 8 : 0) |
    (y + 1 < rows ? 16 : 0) |
    (z + 1 < depth ? 32 : 0)
  );
}

/** Less than `value` in 32 bits, and hardly so. */
const justBelow = (value: number): number => value - Math.abs(value) * 2 ** -22 - 1e-38;
