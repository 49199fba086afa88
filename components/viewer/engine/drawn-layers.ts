import type { BrickChange, LabelBrickSource, LabelValue, Unsubscribe } from "../../../core/edit/label-document.ts";
import { isProblem, Problem } from "../../../core/problem.ts";
import { type BrickKey, brickKeyAt, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { LabelPalette } from "../slice/label-palette.ts";
import type { LabelLayer } from "../viewer-contract.ts";

export interface DrawnLayer {
  readonly layer: LabelLayer;
  readonly palette: LabelPalette;
}

export interface LayerEvents {
  onVoxels(id: LabelLayer["id"], changes: readonly BrickChange[]): void;
  /** Colours, visibility, opacity, or another source. `isNewSource`: all voxels may differ. */
  onStyle(id: LabelLayer["id"], isNewSource: boolean): void;
  onProblem(): void;
}

/** The label layers that the viewer draws: their palettes, the bricks they still have to load, and what went wrong with that. */
export class DrawnLayers {
  readonly #events: LayerEvents;
  #drawn: DrawnLayer[] = [];
  readonly #unsubscribe = new Map<LabelBrickSource, Unsubscribe>();
  readonly #asked = new Map<LabelBrickSource, Set<BrickKey>>();
  #problem: Problem | null = null;

  constructor(events: LayerEvents) {
    this.#events = events;
  }

  get drawn(): readonly DrawnLayer[] {
    return this.#drawn;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  set(layers: readonly LabelLayer[]): void {
    const before = this.#drawn;
    this.#drawn = layers.map((layer) => {
      const known = before.find((old) => old.layer.id === layer.id && old.layer.source === layer.source);
      return { layer, palette: known?.palette ?? new LabelPalette(layer) };
    });
    for (const source of [...this.#unsubscribe.keys()])
      if (!layers.some((layer) => layer.source === source)) this.#leave(source);
    for (const { layer, palette } of this.#drawn) {
      const old = before.find((known) => known.layer.id === layer.id)?.layer;
      if (!this.#unsubscribe.has(layer.source)) this.#join(layer);
      const isNewSource = old?.source !== layer.source;
      const isRestyled = palette.use(layer);
      if (isNewSource || isRestyled || !old || !isDrawnAlike(old, layer)) this.#events.onStyle(layer.id, isNewSource);
    }
    for (const { layer } of before)
      if (!layers.some((known) => known.id === layer.id)) this.#events.onStyle(layer.id, true);
  }

  labelAt(id: LabelLayer["id"], voxelZyx: Zyx): LabelValue {
    const layer = this.#drawn.find((known) => known.layer.id === id)?.layer;
    if (!layer) return 0;
    const [z, y, x] = [Math.floor(voxelZyx[0]), Math.floor(voxelZyx[1]), Math.floor(voxelZyx[2])];
    const [sizeZ, sizeY, sizeX] = layer.source.shapeZyx;
    if (z < 0 || y < 0 || x < 0 || z >= sizeZ || y >= sizeY || x >= sizeX) return 0;
    return layer.source.readBrick(brickKeyAt(z, y, x))?.[indexInBrick(z, y, x)] ?? 0;
  }

  /** Loads what is missing of the keys, soonest first, a few at a time. */
  load(layer: LabelLayer, keys: readonly BrickKey[]): void {
    const asked = this.#asked.get(layer.source);
    if (!asked) return;
    const missing = keys.filter((key) => !asked.has(key) && layer.source.readBrick(key) === undefined);
    for (let i = 0; i < missing.length; i += 16) void this.#loadBatch(layer.source, missing.slice(i, i + 16), asked);
  }

  retry(): void {
    this.#problem = null;
    for (const { layer } of this.#drawn) this.#events.onStyle(layer.id, true);
  }

  dispose(): void {
    for (const source of [...this.#unsubscribe.keys()]) this.#leave(source);
    this.#drawn = [];
  }

  async #loadBatch(source: LabelBrickSource, keys: readonly BrickKey[], asked: Set<BrickKey>): Promise<void> {
    for (const key of keys) asked.add(key);
    try {
      await source.loadBricks(keys);
    } catch (error) {
      if (!this.#unsubscribe.has(source)) return;
      this.#problem = isProblem(error)
        ? error
        : new Problem({
            tag: "labels-unreachable",
            what: "Some labels did not arrive.",
            hint: "Check the connection.",
          });
      this.#events.onProblem();
    } finally {
      for (const key of keys) asked.delete(key);
    }
  }

  #join(layer: LabelLayer): void {
    this.#asked.set(layer.source, new Set());
    const { id, source } = layer;
    this.#unsubscribe.set(
      source,
      source.onBricksChanged((changes) => this.#events.onVoxels(id, changes)),
    );
  }

  #leave(source: LabelBrickSource): void {
    this.#unsubscribe.get(source)?.();
    this.#unsubscribe.delete(source);
    this.#asked.delete(source);
  }
}

const isDrawnAlike = (a: LabelLayer, b: LabelLayer): boolean =>
  a.visible === b.visible && a.opacity === b.opacity && a.outlinesOnly === b.outlinesOnly;
