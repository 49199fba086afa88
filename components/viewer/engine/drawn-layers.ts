import type { BrickChange, LabelBrickSource, LabelValue, Unsubscribe } from "../../../core/edit/label-document.ts";
import { isProblem, Problem } from "../../../core/problem.ts";
import { type BrickKey, brickKeyAt, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { LabelReader } from "../slice/gather-labels.ts";
import { LabelPalette } from "../slice/label-palette.ts";
import { strideOfLevel, ThinnedLabels, thinOffset } from "../slice/thinned-labels.ts";
import type { LabelLayer } from "../viewer-contract.ts";

export interface DrawnLayer {
  readonly layer: LabelLayer;
  /** Its bricks, and thinned ones where they are not loaded. */
  readonly labels: LabelReader;
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
/** Bricks that did not arrive are asked for again: what others paint there would not be seen. */
const RETRY_MS = 3000;

interface LayerLoading {
  /** Soonest first. */
  queue: BrickKey[];
  readonly thinned: ThinnedLabels;
  /** Of those that wait: a thinned copy will not do. */
  readonly whole: Set<BrickKey>;
  /** Those that keep bricks of it in memory. */
  readonly panes: Set<string>;
  readonly underWay: Set<BrickKey>;
  batches: number;
  retry: ReturnType<typeof setTimeout> | null;
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
      const labels = known?.labels ?? this.#readerOf(layer.source);
      return { layer, labels, palette: known?.palette ?? new LabelPalette(layer) };
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

  /** Undefined where the layer has no names. */
  nameOf(id: LabelLayer["id"], label: LabelValue): string | undefined {
    return this.#drawn.find((known) => known.layer.id === id)?.layer.nameOf?.(label);
  }

  labelAt(id: LabelLayer["id"], voxelZyx: Zyx): LabelValue {
    const labels = this.#drawn.find((known) => known.layer.id === id)?.labels;
    if (!labels) return 0;
    const [z, y, x] = [Math.floor(voxelZyx[0]), Math.floor(voxelZyx[1]), Math.floor(voxelZyx[2])];
    const [sizeZ, sizeY, sizeX] = labels.shapeZyx;
    if (z < 0 || y < 0 || x < 0 || z >= sizeZ || y >= sizeY || x >= sizeX) return 0;
    const key = brickKeyAt(z, y, x);
    const voxels = labels.readBrick(key);
    if (voxels) return voxels[indexInBrick(z, y, x)];
    const { samples, strideZyx } = labels.readThin?.(key) ?? { samples: null, strideZyx: [1, 1, 1] as const };
    const at = thinOffset(strideZyx, 0, z) + thinOffset(strideZyx, 1, y) + thinOffset(strideZyx, 2, x);
    return samples?.[at] ?? 0;
  }

  /**
   * What a pane shows at a scale level: stays in memory, thinned where a voxel of the level is several, until the pane shows
   * something else. Loads what is missing, in the order of the keys and before everything that waits.
   */
  show({ source }: LabelLayer, pane: string, keys: readonly BrickKey[], factorZyx: Zyx): void {
    const loading = this.#loading.get(source);
    if (!loading) return;
    const strideZyx = strideOfLevel(factorZyx);
    loading.panes.add(pane);
    source.keepLoaded(pane, strideZyx ? [] : keys);
    loading.thinned.want(pane, strideZyx ? keys : [], strideZyx ?? factorZyx);
    const missing = keys.filter(
      (key) => source.readBrick(key) === undefined && !(strideZyx && loading.thinned.has(key)),
    );
    if (!strideZyx) for (const key of missing) loading.whole.add(key);
    loading.queue = [...new Set([...missing, ...loading.queue])];
    this.#pump(source, loading);
  }

  hide(pane: string): void {
    for (const [source, { thinned }] of this.#loading) {
      source.keepLoaded(pane, []);
      thinned.want(pane, [], [1, 1, 1]);
    }
  }

  /** Loads what is missing of the keys, in their order, after everything that waits. It may go again once it was there. */
  load({ source }: LabelLayer, keys: readonly BrickKey[]): void {
    const loading = this.#loading.get(source);
    if (!loading) return;
    const missing = keys.filter((key) => source.readBrick(key) === undefined);
    for (const key of missing) loading.whole.add(key);
    loading.queue = [...new Set([...loading.queue, ...missing])];
    this.#pump(source, loading);
  }

  retry(): void {
    this.#problem = null;
    for (const { layer } of this.#drawn) this.#events.onStyle(layer.id, true);
  }

  dispose(): void {
    for (const source of [...this.#unsubscribe.keys()]) this.#leave(source);
    this.#drawn = [];
  }

  #readerOf(source: LabelBrickSource): LabelReader {
    return {
      shapeZyx: source.shapeZyx,
      readBrick: (key) => source.readBrick(key),
      readThin: (key) => this.#loading.get(source)?.thinned.read(key),
    };
  }

  #pump(source: LabelBrickSource, loading: LayerLoading): void {
    // Loaded meanwhile by somebody else, or by the part of a failed batch that arrived.
    loading.queue = loading.queue.filter(
      (key) => source.readBrick(key) === undefined && (loading.whole.has(key) || !loading.thinned.has(key)),
    );
    while (loading.batches < MAX_BATCHES) {
      const batch = loading.queue.filter((key) => !loading.underWay.has(key)).slice(0, BATCH);
      if (batch.length === 0) return;
      loading.queue = loading.queue.filter((key) => !batch.includes(key));
      void this.#loadBatch(source, loading, batch);
    }
  }

  async #loadBatch(source: LabelBrickSource, loading: LayerLoading, keys: readonly BrickKey[]): Promise<void> {
    loading.batches++;
    for (const key of keys) loading.underWay.add(key);
    try {
      await source.loadBricks(keys, loading.abort.signal);
      for (const key of keys) loading.whole.delete(key);
      if (this.#problem) {
        // What failed has been asked for again; what fails still says so again.
        this.#problem = null;
        this.#events.onProblem();
      }
    } catch (error) {
      if (loading.abort.signal.aborted) return;
      this.#problem = isProblem(error)
        ? error
        : new Problem({
            tag: "labels-unreachable",
            what: "Some labels did not arrive.",
            hint: "Check the connection.",
          });
      this.#events.onProblem();
      if (isProblem(error))
        loading.queue = []; // decided: said once, not per batch
      else this.#waitForNetwork(source, loading, keys);
    } finally {
      for (const key of keys) loading.underWay.delete(key);
      loading.batches--;
      if (!loading.abort.signal.aborted && !loading.retry) this.#pump(source, loading);
    }
  }

  #waitForNetwork(source: LabelBrickSource, loading: LayerLoading, failed: readonly BrickKey[]): void {
    loading.queue = [...new Set([...loading.queue, ...failed])];
    loading.retry ??= setTimeout(() => {
      loading.retry = null;
      this.#pump(source, loading);
    }, RETRY_MS);
  }

  #join(layer: LabelLayer): void {
    this.#loading.set(layer.source, {
      queue: [],
      thinned: new ThinnedLabels(layer.source),
      whole: new Set(),
      panes: new Set(),
      underWay: new Set(),
      batches: 0,
      retry: null,
      abort: new AbortController(),
    });
    const { id, source } = layer;
    this.#unsubscribe.set(
      source,
      source.onBricksChanged((changes) => {
        this.#loading.get(source)?.thinned.follow(changes);
        this.#events.onVoxels(id, changes);
      }),
    );
  }

  #leave(source: LabelBrickSource): void {
    this.#unsubscribe.get(source)?.();
    this.#unsubscribe.delete(source);
    const loading = this.#loading.get(source);
    if (loading?.retry) clearTimeout(loading.retry);
    loading?.abort.abort();
    for (const pane of loading?.panes ?? []) source.keepLoaded(pane, []);
    this.#loading.delete(source);
  }
}

const isDrawnAlike = (a: LabelLayer, b: LabelLayer): boolean =>
  a.visible === b.visible && a.opacity === b.opacity && a.outlinesOnly === b.outlinesOnly;
