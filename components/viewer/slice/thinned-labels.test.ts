import { expect, it, vi } from "vitest";
import type { BrickChange, LabelBrickSource } from "../../../core/edit/label-document.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import {
  BRICK_VOXELS,
  type BrickKey,
  brickBox,
  brickKeyAt,
  brickKeysOfBox,
  indexInBrick,
} from "../../../core/volume/brick.ts";
import { wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { DrawnLayers } from "../engine/drawn-layers.ts";
import { paneAxes } from "../geometry/pane-axes.ts";
import type { LabelLayer } from "../viewer-contract.ts";
import { gatherLabels, labelKeysOfRegion } from "./gather-labels.ts";
import { type SliceRegion, wholeRect } from "./slice-region.ts";

/*
 * Zoomed out, more bricks are on the screen than a source keeps: the judge is one flat array, looked at from the definition.
 */
const shapeZyx: Zyx = [70, 195, 262]; // 2 × 4 × 5 bricks
const factorZyx: Zyx = [2, 4, 4];
const KEPT = 6;

class ForgetfulLabels implements LabelBrickSource {
  readonly shapeZyx = shapeZyx;
  readonly voxelSizeZyx: Zyx = [2, 0.5, 0.5];
  readonly truth = new Uint32Array(shapeZyx[0] * shapeZyx[1] * shapeZyx[2]);
  readonly loads: BrickKey[] = [];
  readonly #loaded = new Map<BrickKey, Uint32Array>();
  #tell: (changes: readonly BrickChange[]) => void = () => {};

  readBrick(key: BrickKey): Uint32Array | undefined {
    return this.#loaded.get(key);
  }

  async loadBricks(keys: readonly BrickKey[]): Promise<void> {
    for (const key of keys) {
      await Promise.resolve();
      this.loads.push(key);
      this.#loaded.set(key, this.#voxelsOf(key));
      this.#tell([{ key, box: null }]);
    }
    while (this.#loaded.size > KEPT) this.#loaded.delete([...this.#loaded.keys()][0]);
  }

  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): () => void {
    this.#tell = listener;
    return () => {};
  }

  keepLoaded(): void {}

  /** A row of voxels inside one brick. */
  paint(label: number, [z, y, x]: Zyx, end: number): void {
    const key = brickKeyAt(z, y, x);
    for (let i = x; i < end && brickKeyAt(z, y, i) === key; i++)
      this.truth[(z * shapeZyx[1] + y) * shapeZyx[2] + i] = label;
    const box = { minZyx: [z, y, x] as Zyx, maxZyx: [z + 1, y + 1, end] as Zyx };
    if (this.#loaded.has(key)) this.#loaded.set(key, this.#voxelsOf(key));
    this.#tell([{ key, box: this.#loaded.has(key) ? box : null }]);
  }

  #voxelsOf(key: BrickKey): Uint32Array {
    const voxels = new Uint32Array(BRICK_VOXELS);
    const { minZyx, maxZyx } = brickBox(key, shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++)
          voxels[indexInBrick(z, y, x)] = this.truth[(z * shapeZyx[1] + y) * shapeZyx[2] + x];
    return voxels;
  }
}

it("shows all bricks of a coarse slice with few of them in memory, follows every change, and loads each once per change", async () => {
  const random = createSeededRandom(11);
  const pick = (n: number) => Math.min(n - 1, Math.floor(random.uniform() * n));
  const source = new ForgetfulLabels();
  for (let i = 0; i < source.truth.length; i++) source.truth[i] = 1 + pick(90_000);
  const layer = { id: "labels", source, visible: true, opacity: 1, styleRevision: 1 } as unknown as LabelLayer;
  const regions = (["xy", "xz", "yz"] as const).map((plane): SliceRegion => {
    const axes = paneAxes(plane);
    const size = (axis: 0 | 1 | 2) => Math.ceil(shapeZyx[axis] / factorZyx[axis]);
    const level = { scaleLevel: 2, shapeZyx: [size(0), size(1), size(2)] as Zyx, factorZyx };
    const [columns, rows] = [size(axes.u), size(axes.v)];
    return { axes, level, w: 37, u0: 0, v0: 0, columns, rows, texelsU: 1, texelsV: 1 };
  });
  const keysOf = (region: SliceRegion) => labelKeysOfRegion(region, wholeRect(region), shapeZyx);
  const showAll = () => {
    for (const [i, region] of regions.entries()) layers.show(layer, `pane ${i}`, keysOf(region), factorZyx);
  };
  const layers: DrawnLayers = new DrawnLayers({
    onVoxels: (_id, changes) => {
      if (changes.some(({ box }) => box === null)) showAll();
    },
    onStyle: () => {},
    onProblem: () => {},
  });
  layers.set([layer]);
  showAll();
  const shown = new Set(regions.flatMap(keysOf));
  expect(shown.size).toBeGreaterThan(4 * KEPT);
  await vi.waitFor(() => expect(new Set(source.loads)).toEqual(shown));
  expect(source.loads).toHaveLength(shown.size);

  // Rows along x through the slices that are on the screen and the samples of them.
  const all = brickKeysOfBox(wholeBox(shapeZyx));
  for (let i = 0; i < 60; i++) {
    const { minZyx, maxZyx } = brickBox(all[pick(all.length)], shapeZyx);
    const at = minZyx.map((first, axis) => first + pick(maxZyx[axis] - first)) as unknown as Zyx;
    source.paint(100_000 + i, at, Math.min(shapeZyx[2], at[2] + 1 + pick(30)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { labels } = layers.drawn[0];
  for (const region of regions) {
    const seen = new Uint32Array(region.columns * region.rows);
    gatherLabels(seen, region, wholeRect(region), labels);
    for (let r = 0; r < region.rows; r++)
      for (let c = 0; c < region.columns; c++) {
        const middle = (axis: 0 | 1 | 2, index: number) =>
          Math.min(shapeZyx[axis] - 1, (index + 0.5) * factorZyx[axis]);
        const zyx: [number, number, number] = [0, 0, 0];
        zyx[region.axes.u] = Math.floor(middle(region.axes.u, c));
        zyx[region.axes.v] = Math.floor(middle(region.axes.v, r));
        // A loaded brick shows the very slice, a thinned one the middle of its step.
        const slices = [region.w, Math.floor(middle(region.axes.w, Math.floor(region.w / factorZyx[region.axes.w])))];
        const allowed = slices.map((w) => {
          zyx[region.axes.w] = w;
          return source.truth[(zyx[0] * shapeZyx[1] + zyx[1]) * shapeZyx[2] + zyx[2]];
        });
        if (!allowed.includes(seen[r * region.columns + c]))
          expect([c, r, seen[r * region.columns + c]]).toEqual(allowed);
      }
  }
  expect(source.loads.length).toBeLessThanOrEqual(shown.size + 60);
  layers.dispose();
});
