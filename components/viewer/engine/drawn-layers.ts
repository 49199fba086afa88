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

/** Few and small, so that what a pane shows next does not wait behind the whole volume, nor the image behind labels. */
const MAX_BATCHES = 2;
const BATCH = 8;
/** What did not arrive is asked for again after this long: a server that comes back tells nobody. */
const RETRY_MS = 3000;

interface LayerLoading {
  /** Soonest first. */
  queue: BrickKey[];
  readonly underWay: Set<BrickKey>;
  batches: number;
  pause: ReturnType<typeof setTimeout> | null;
  readonly abort: AbortController;
}

/** The label layers that the viewer draws: their palettes, the bricks they still have to load, and what went wrong with that. */
export class DrawnLayers {
  readonly #events: LayerEvents;
  #drawn: DrawnLayer[] = [];
  readonly #unsubscribe = new Map<LabelBrickSource, Unsubscribe>();
  readonly #loading = new Map<LabelBrickSource, LayerLoading>();
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

  /** Loads what is missing of the keys, in their order; `isUrgent` goes before what is already waiting. */
  load({ source }: LabelLayer, keys: readonly BrickKey[], isUrgent: boolean): void {
    const loading = this.#loading.get(source);
    if (!loading) return;
    const missing = keys.filter((key) => !loading.underWay.has(key) && source.readBrick(key) === undefined);
    const waiting = isUrgent ? [...missing, ...loading.queue] : [...loading.queue, ...missing];
    loading.queue = [...new Set(waiting)];
    this.#pump(source, loading);
  }

  retry(): void {
    this.#problem = null;
    for (const loading of this.#loading.values()) {
      if (loading.pause) clearTimeout(loading.pause);
      loading.pause = null;
    }
    for (const { layer } of this.#drawn) this.#events.onStyle(layer.id, true);
  }

  dispose(): void {
    for (const source of [...this.#unsubscribe.keys()]) this.#leave(source);
    this.#drawn = [];
  }

  #pump(source: LabelBrickSource, loading: LayerLoading): void {
    while (loading.queue.length > 0 && loading.batches < MAX_BATCHES && !loading.pause)
      void this.#loadBatch(source, loading, loading.queue.splice(0, BATCH));
  }

  async #loadBatch(source: LabelBrickSource, loading: LayerLoading, keys: readonly BrickKey[]): Promise<void> {
    loading.batches++;
    for (const key of keys) loading.underWay.add(key);
    try {
      await source.loadBricks(keys, loading.abort.signal);
      if (this.#problem && !loading.abort.signal.aborted) this.#say(null);
    } catch (error) {
      if (loading.abort.signal.aborted) return;
      this.#onFailure(source, loading, keys, error);
    } finally {
      for (const key of keys) loading.underWay.delete(key);
      loading.batches--;
      if (!loading.abort.signal.aborted) this.#pump(source, loading);
    }
  }

  #onFailure(source: LabelBrickSource, loading: LayerLoading, keys: readonly BrickKey[], error: unknown): void {
    if (isProblem(error) && error.tag !== "chunk-unreachable") {
      loading.queue = []; // the server has decided: said once, not per batch
      this.#say(error);
      return;
    }
    loading.queue = [...new Set([...keys, ...loading.queue])];
    loading.pause ??= setTimeout(() => {
      loading.pause = null;
      this.#pump(source, loading);
    }, RETRY_MS);
    this.#say(
      new Problem({
        tag: "labels-unreachable",
        what: "Some labels did not arrive.",
        hint: "Check the connection; they are asked for again by themselves.",
      }),
    );
  }

  #say(problem: Problem | null): void {
    this.#problem = problem;
    this.#events.onProblem();
  }

  #join(layer: LabelLayer): void {
    this.#loading.set(layer.source, {
      queue: [],
      underWay: new Set(),
      batches: 0,
      pause: null,
      abort: new AbortController(),
    });
    const { id, source } = layer;
    this.#unsubscribe.set(
      source,
      source.onBricksChanged((changes) => this.#events.onVoxels(id, changes)),
    );
  }

  #leave(source: LabelBrickSource): void {
    this.#unsubscribe.get(source)?.();
    this.#unsubscribe.delete(source);
    const loading = this.#loading.get(source);
    if (loading?.pause) clearTimeout(loading.pause);
    loading?.abort.abort();
    this.#loading.delete(source);
  }
}

const isDrawnAlike = (a: LabelLayer, b: LabelLayer): boolean =>
  a.visible === b.visible && a.opacity === b.opacity && a.outlinesOnly === b.outlinesOnly;
