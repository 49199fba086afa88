import type { BrickChange, LabelBrickSource } from "../../../core/edit/label-document.ts";
import { BRICK_SIZE, type BrickKey, backgroundBrick, brickBox } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { ByteLru } from "../bricks/byte-lru.ts";

/** Of copies that no pane shows at the moment. */
const MAX_BYTES = 64 * 2 ** 20;

/** Every n-th voxel of a brick along each axis, x fastest. `samples` null: no label among them. */
export interface ThinBrick {
  readonly strideZyx: Zyx;
  readonly samples: Uint32Array | null;
}

interface Copy extends ThinBrick {
  /** The brick changed while it was not loaded: shown until it has come again. */
  readonly isBehind: boolean;
}

/**
 * What panes show of bricks when they are zoomed out, so that the bricks themselves need not stay in memory: a thousand of
 * them are on the screen then.
 */
export class ThinnedLabels {
  readonly #source: LabelBrickSource;
  readonly #wanted = new Map<string, { readonly keys: ReadonlySet<BrickKey>; readonly strideZyx: Zyx }>();
  readonly #copies = new ByteLru<BrickKey, Copy>(MAX_BYTES);

  constructor(source: LabelBrickSource) {
    this.#source = source;
  }

  want(pane: string, keys: readonly BrickKey[], strideZyx: Zyx): void {
    if (keys.length === 0) this.#wanted.delete(pane);
    else this.#wanted.set(pane, { keys: new Set(keys), strideZyx });
    // What is loaded now may not be when it is needed.
    for (const key of keys) if (!this.has(key)) this.#take(key);
  }

  /** A copy that is true and fine enough for every pane that shows the brick. */
  has(key: BrickKey): boolean {
    const stride = this.#strideFor(key);
    const copy = this.#copies.peek(key);
    if (!stride || !copy || copy.isBehind) return false;
    return copy.strideZyx.every((step, axis) => step <= stride[axis]);
  }

  read(key: BrickKey): ThinBrick | undefined {
    return this.#copies.peek(key);
  }

  /** After each change of the source. */
  follow(changes: readonly BrickChange[]): void {
    for (const { key } of changes) this.#take(key);
  }

  #take(key: BrickKey): void {
    const strideZyx = this.#strideFor(key);
    const copy = this.#copies.peek(key);
    const voxels = this.#source.readBrick(key);
    if (voxels && strideZyx)
      this.#keep(key, {
        strideZyx,
        samples: voxels === backgroundBrick ? null : thin(voxels, key, this.#source.shapeZyx, strideZyx),
      });
    else if (copy) this.#keep(key, copy, true);
  }

  #keep(key: BrickKey, { strideZyx, samples }: ThinBrick, isBehind = false): void {
    const bytes = samples?.byteLength ?? 0;
    this.#copies.set(key, { strideZyx, samples, isBehind }, bytes, (other) => this.#strideFor(other) !== null);
  }

  /** The finest that a pane wants; null where none shows the brick. */
  #strideFor(key: BrickKey): Zyx | null {
    let finest: Zyx | null = null;
    for (const { keys, strideZyx } of this.#wanted.values())
      if (keys.has(key))
        finest = finest ? (finest.map((step, axis) => Math.min(step, strideZyx[axis])) as unknown as Zyx) : strideZyx;
    return finest;
  }
}

/** Offset of a voxel's sample, one axis at a time. */
export function thinOffset(strideZyx: Zyx, axis: 0 | 1 | 2, voxel: number): number {
  let row = 1;
  for (let finer = axis + 1; finer < 3; finer++) row *= BRICK_SIZE / strideZyx[finer];
  return Math.floor((voxel % BRICK_SIZE) / strideZyx[axis]) * row;
}

/** Steps of a scale level that divide a brick; null where thinning would save little. */
export function strideOfLevel(factorZyx: Zyx): Zyx | null {
  const stride = factorZyx.map((factor) => 2 ** Math.min(6, Math.floor(Math.log2(factor)))) as unknown as Zyx;
  return stride[0] * stride[1] * stride[2] >= 4 ? stride : null;
}

/** From the middle of each step, or the last voxel of the volume where that lies outside. */
function thin(voxels: Uint32Array, key: BrickKey, shapeZyx: Zyx, strideZyx: Zyx): Uint32Array | null {
  const { minZyx, maxZyx } = brickBox(key, shapeZyx);
  const [nz, ny, nx] = strideZyx.map((step) => BRICK_SIZE / step);
  const samples = new Uint32Array(nz * ny * nx);
  let isEmpty = true;
  const places = ([0, 1, 2] as const).map((axis) => {
    const [step, size] = [strideZyx[axis], maxZyx[axis] - minZyx[axis]];
    return Array.from({ length: Math.ceil(size / step) }, (_, i) => Math.min(i * step + (step >> 1), size - 1));
  });
  for (let k = 0; k < places[0].length; k++)
    for (let j = 0; j < places[1].length; j++) {
      const from = (places[0][k] * BRICK_SIZE + places[1][j]) * BRICK_SIZE;
      const to = (k * ny + j) * nx;
      for (let i = 0; i < places[2].length; i++) {
        const label = voxels[from + places[2][i]];
        if (label === 0) continue;
        samples[to + i] = label;
        isEmpty = false;
      }
    }
  return isEmpty ? null : samples;
}
