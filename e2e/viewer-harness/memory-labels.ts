import type { BrickChange, LabelBrickSource, LabelValue } from "../../core/edit/label-document.ts";
import {
  BRICK_SIZE,
  BRICK_VOXELS,
  type BrickKey,
  brickKeyAt,
  brickPositionZyx,
  indexInBrick,
} from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { type SyntheticVolume, visitNuclei } from "./synthetic-nuclei.ts";

/** The nuclei of a synthetic volume as label bricks, loaded when asked for; can be painted into. */
export class MemoryLabels implements LabelBrickSource {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly #volume: SyntheticVolume;
  readonly #keep: (label: LabelValue) => boolean;
  readonly #bricks = new Map<BrickKey, Uint32Array>();
  readonly #listeners = new Set<(changes: readonly BrickChange[]) => void>();

  constructor(volume: SyntheticVolume, keep: (label: LabelValue) => boolean) {
    this.shapeZyx = volume.shapeZyx;
    this.voxelSizeZyx = volume.voxelSizeZyx;
    this.#volume = volume;
    this.#keep = keep;
  }

  readBrick(key: BrickKey): Uint32Array | undefined {
    return this.#bricks.get(key);
  }

  async loadBricks(keys: readonly BrickKey[]): Promise<void> {
    for (const key of keys) {
      await new Promise((resolve) => setTimeout(resolve));
      if (this.#bricks.has(key)) continue;
      const voxels = new Uint32Array(BRICK_VOXELS);
      const corner = brickPositionZyx(key).map((b) => b * BRICK_SIZE) as unknown as Zyx;
      visitNuclei(this.#volume, corner, [1, 1, 1], (index, label) => {
        if (this.#keep(label)) voxels[index] = label;
      });
      this.#bricks.set(key, voxels);
      this.#tell([{ key, box: null }]);
    }
  }

  /** A disc in the XY plane, `diameter` voxels across. */
  paintDisc([z, y, x]: Zyx, diameter: number, label: LabelValue): void {
    const radius = diameter / 2;
    const touched = new Map<BrickKey, { min: [number, number]; max: [number, number] }>();
    const slice = Math.floor(z);
    for (let j = Math.max(0, Math.floor(y - radius)); j <= Math.min(this.shapeZyx[1] - 1, y + radius); j++)
      for (let i = Math.max(0, Math.floor(x - radius)); i <= Math.min(this.shapeZyx[2] - 1, x + radius); i++) {
        if (Math.hypot(j + 0.5 - y, i + 0.5 - x) > radius) continue;
        const key = brickKeyAt(slice, j, i);
        const voxels = this.#bricks.get(key);
        if (!voxels) continue;
        voxels[indexInBrick(slice, j, i)] = label;
        const box = touched.get(key) ?? { min: [j, i], max: [j, i] };
        box.min = [Math.min(box.min[0], j), Math.min(box.min[1], i)];
        box.max = [Math.max(box.max[0], j), Math.max(box.max[1], i)];
        touched.set(key, box);
      }
    this.#tell(
      [...touched].map(([key, { min, max }]) => ({
        key,
        box: { minZyx: [slice, ...min], maxZyx: [slice + 1, max[0] + 1, max[1] + 1] },
      })),
    );
  }

  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  keepLoaded(): void {} // nothing ever goes

  #tell(changes: readonly BrickChange[]): void {
    for (const listener of this.#listeners) listener(changes);
  }
}
