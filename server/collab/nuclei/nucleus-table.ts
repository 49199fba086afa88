import { type LabelInBrick, measureBrick, mix32 } from "../../../core/labels/label-brick-stats.ts";
import { gridPositionZyx } from "../../../core/sync/record/label-grid.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";

/** A label over the whole volume. */
export interface LabelExtentRow {
  readonly label: number;
  readonly voxels: number;
  /** Voxels, centre of mass. */
  readonly centroidZyx: Zyx;
  readonly box: VoxelBox;
  /** Of its voxels: another number where they are others. */
  readonly voxelHash: number;
}

const isSamePart = (a: LabelInBrick, b: LabelInBrick | undefined): boolean =>
  b !== undefined && (Object.keys(a) as (keyof LabelInBrick)[]).every((field) => a[field] === b[field]);

/**
 * Sizes and places of all labels, kept by what each brick holds: a stroke costs one pass over the bricks it touched,
 * however many nuclei there are.
 */
export class NucleusTable {
  readonly #brickSize: number;
  readonly #byBrick = new Map<BrickKey, Map<number, LabelInBrick>>();
  readonly #bricksOf = new Map<number, Set<BrickKey>>();

  constructor(brickSize: number) {
    this.#brickSize = brickSize;
  }

  /** Measures a brick anew; null = background. Returns the labels of which it holds another part than before. */
  update(key: BrickKey, voxels: Uint32Array | null): Set<number> {
    const before: ReadonlyMap<number, LabelInBrick> = this.#byBrick.get(key) ?? new Map();
    const now = voxels ? measureBrick(voxels, this.#brickSize) : new Map<number, LabelInBrick>();
    const changed = new Set<number>();
    for (const [label, part] of now) if (!isSamePart(part, before.get(label))) changed.add(label);
    for (const label of before.keys())
      if (!now.has(label)) {
        changed.add(label);
        this.#forget(label, key);
      }
    for (const label of now.keys()) {
      const bricks = this.#bricksOf.get(label);
      if (bricks) bricks.add(key);
      else this.#bricksOf.set(label, new Set([key]));
    }
    if (now.size > 0) this.#byBrick.set(key, now);
    else this.#byBrick.delete(key);
    return changed;
  }

  /** Labels that a brick held when it was last measured. */
  labelsIn(key: BrickKey): ReadonlySet<number> {
    return new Set(this.#byBrick.get(key)?.keys());
  }

  labels(): IterableIterator<number> {
    return this.#bricksOf.keys();
  }

  /** The extent of several labels together (a merged group), under the first one; null where none has a voxel. */
  extentOf(labels: readonly number[]): LabelExtentRow | null {
    let voxels = 0;
    let voxelHash = 0;
    const sums = [0, 0, 0];
    const min = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const max = [0, 0, 0];
    for (const label of labels)
      for (const key of this.#bricksOf.get(label) ?? []) {
        const part = this.#byBrick.get(key)?.get(label);
        if (!part) continue;
        const origin = gridPositionZyx(key).map((v) => v * this.#brickSize);
        voxels += part.voxels;
        voxelHash = (voxelHash + mix32(part.runs + mix32(key % 2 ** 32) + mix32(key / 2 ** 32))) | 0;
        [part.sumZ, part.sumY, part.sumX].forEach((sum, axis) => {
          sums[axis] += sum + origin[axis] * part.voxels;
        });
        [part.minZ, part.minY, part.minX].forEach((v, axis) => {
          min[axis] = Math.min(min[axis], origin[axis] + v);
        });
        [part.maxZ, part.maxY, part.maxX].forEach((v, axis) => {
          max[axis] = Math.max(max[axis], origin[axis] + v);
        });
      }
    if (voxels === 0) return null;
    const [z, y, x] = sums.map((sum) => sum / voxels);
    return {
      label: labels[0],
      voxels,
      centroidZyx: [z, y, x],
      box: { minZyx: [min[0], min[1], min[2]], maxZyx: [max[0], max[1], max[2]] },
      voxelHash: voxelHash >>> 0,
    };
  }

  #forget(label: number, key: BrickKey): void {
    const bricks = this.#bricksOf.get(label);
    bricks?.delete(key);
    if (bricks?.size === 0) this.#bricksOf.delete(label);
  }
}
