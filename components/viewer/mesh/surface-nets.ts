import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { BrickSurface } from "./mesh-messages.ts";
import { buildNet } from "./surface-net.ts";
import { createNormalReader } from "./surface-normal.ts";

/** Samples of neighbours that a brick's block carries on each side, so that its surface meets theirs without a seam. */
export const APRON = 8;
/** Each pass lets a vertex depend on samples one further away: passes + 3 must stay within the apron. */
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
 * Surfaces of many touching labels by surface nets (Gibson 1998): a vertex in every cell that is not uniform, shared by the
 * labels that meet there, and one quad per label on each pair of unlike neighbouring samples. Each label's surface is closed,
 * also across blocks.
 */
export function buildSurface(block: LabelBlock): BrickSurface | null {
  const { samples, sizeZyx } = block;
  const [, ny, nx] = sizeZyx;
  const net = buildNet(samples, sizeZyx, RELAX_PASSES);
  if (!net) return null;
  const vertices = new VertexList(samples.length);
  const indices: number[] = [];
  const steps = [ny * nx, nx, 1];
  const { coreMinZyx: min, coreMaxZyx: max } = block;
  for (let z = min[0]; z < max[0]; z++)
    for (let y = min[1]; y < max[1]; y++)
      for (let x = min[2], sample = (z * ny + y) * nx + min[2]; x < max[2]; x++, sample++) {
        const here = samples[sample];
        for (let axis = 0; axis < 3; axis++) {
          const next = samples[sample + steps[axis]];
          if (next === here) continue;
          const a = steps[(axis + 1) % 3];
          const b = steps[(axis + 2) % 3];
          // The four cells around the edge between the two samples, counter-clockwise seen from `next`, in x, y, z.
          const ring = [sample - a - b, sample - a, sample, sample - b];
          if (here !== 0)
            addQuad(
              indices,
              ring.map((cell) => vertices.of(cell, here)),
            );
          if (next !== 0)
            addQuad(
              indices,
              ring.reverse().map((cell) => vertices.of(cell, next)),
            );
        }
      }
  if (indices.length === 0) return null;
  return { ...vertices.toArrays(block, net), indices: Uint32Array.from(indices) };
}

function addQuad(indices: number[], [p, q, r, s]: readonly number[]): void {
  indices.push(p, q, r, p, r, s);
}

/** A vertex per cell and label that some quad uses. */
class VertexList {
  readonly #cellCount: number;
  readonly #vertexOf = new Map<number, number>();
  readonly #numberOf = new Map<number, number>();
  readonly #cells: number[] = [];
  readonly #labels: number[] = [];

  constructor(cellCount: number) {
    this.#cellCount = cellCount;
  }

  of(cell: number, label: number): number {
    let number = this.#numberOf.get(label);
    if (number === undefined) {
      number = this.#numberOf.size;
      this.#numberOf.set(label, number);
    }
    const key = number * this.#cellCount + cell;
    let vertex = this.#vertexOf.get(key);
    if (vertex === undefined) {
      vertex = this.#cells.push(cell) - 1;
      this.#labels.push(label);
      this.#vertexOf.set(key, vertex);
    }
    return vertex;
  }

  toArrays(
    { samples, sizeZyx, originUmZyx, spacingUmZyx }: LabelBlock,
    { vertexOfCell, zyx }: { readonly vertexOfCell: Int32Array; readonly zyx: Float32Array },
  ): Omit<BrickSurface, "indices"> {
    const readNormal = createNormalReader(samples, sizeZyx, spacingUmZyx);
    const positions = new Float32Array(this.#cells.length * 3);
    const normals = new Float32Array(this.#cells.length * 3);
    this.#cells.forEach((cell, i) => {
      const at = vertexOfCell[cell] * 3;
      for (let axis = 0; axis < 3; axis++)
        positions[i * 3 + 2 - axis] = originUmZyx[axis] + zyx[at + axis] * spacingUmZyx[axis];
      readNormal(cell, this.#labels[i], normals, i * 3);
    });
    return { positions, normals, labels: Uint32Array.from(this.#labels) };
  }
}
