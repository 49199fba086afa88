import type { BrickChange } from "../../../core/edit/label-document.ts";
import {
  type BrickKey,
  backgroundBrick,
  brickGridZyx,
  brickKeyOf,
  brickPositionZyx,
} from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { LabelLayer } from "../viewer-contract.ts";
import { chooseStride, sampleBrick } from "./label-samples.ts";
import type { BrickSurface, MeshReply, MeshRequest } from "./mesh-messages.ts";

/** A stroke is shown in the slices at once; its surface follows when the hand rests. */
const QUIET_MS = 220;
/** A hand that does not rest does not keep 3D waiting for longer. */
const LONGEST_WAIT_MS = 1000;
/** A worker whose script did not come, as without a connection, is started again after this long. */
const RESTART_MS = 2000;
/** One that stops amid its work would stop again: after so many times there are no new surfaces. */
const MAX_CRASHES = 3;
/** Work on the page's thread per turn, so that frames are kept. */
const SLICE_MS = 4;
/** Bricks of a volume that is shown as surfaces at most: beyond, those nearest to the crosshair. */
const MAX_BRICKS = 1024;

type AskForBricks = (layer: LabelLayer, keys: readonly BrickKey[]) => void;
type SurfaceListener = (id: LabelLayer["id"], key: BrickKey, surface: BrickSurface | null) => void;

const numberOf = (id: LabelLayer["id"]): number => (id === "labels" ? 0 : 1);
const idOf = (layer: number): LabelLayer["id"] => (layer === 0 ? "labels" : "proposals");

interface LayerState {
  readonly layer: LabelLayer;
  readonly strideZyx: Zyx;
  /** Nearest to the crosshair first. */
  readonly keys: readonly BrickKey[];
  readonly shown: ReadonlySet<BrickKey>;
  readonly dirty: Set<BrickKey>;
  /** Dirty, and were loaded when they became it. */
  readonly arrived: Set<BrickKey>;
}

/** Feeds a worker with thinned labels and hands on the surfaces that it builds. */
export class LabelSurfaces {
  readonly #onSurface: SurfaceListener;
  readonly #ask: AskForBricks;
  readonly #layers = new Map<LabelLayer["id"], LayerState>();
  #worker: Worker;
  #hasAnswered = false;
  #crashes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #dirtySinceMs: number | null = null;

  /** `ask` is called for bricks that are needed again, once they are not loaded any more. */
  constructor(onSurface: SurfaceListener, ask: AskForBricks) {
    this.#onSurface = onSurface;
    this.#ask = ask;
    this.#worker = this.#startWorker();
  }

  /** Starts a layer anew; returns the bricks that have to be loaded for it, nearest to the crosshair first. */
  open(layer: LabelLayer, crosshairZyx: Zyx): BrickKey[] {
    const { shapeZyx, voxelSizeZyx } = layer.source;
    const strideZyx = chooseStride(shapeZyx, voxelSizeZyx);
    const keys = nearestBricks(shapeZyx, crosshairZyx);
    this.#begin({ layer, strideZyx, keys, shown: new Set(keys), dirty: new Set(keys), arrived: new Set() });
    return keys;
  }

  onVoxels(id: LabelLayer["id"], changes: readonly BrickChange[]): void {
    const state = this.#layers.get(id);
    if (!state) return;
    const gone: BrickKey[] = [];
    for (const { key } of changes) {
      if (!state.shown.has(key)) continue;
      state.dirty.add(key);
      if (state.layer.source.readBrick(key)) state.arrived.add(key);
      else gone.push(key);
    }
    if (gone.length > 0) this.#ask(state.layer, gone);
    const now = performance.now();
    this.#dirtySinceMs ??= now;
    this.#schedule(Math.max(0, Math.min(QUIET_MS, this.#dirtySinceMs + LONGEST_WAIT_MS - now)));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#restartTimer);
    this.#worker.terminate();
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL("./mesh.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<MeshReply>) => {
      this.#hasAnswered = true;
      this.#onSurface(idOf(data.layer), data.key, data.surface);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      if (this.#hasAnswered && ++this.#crashes > MAX_CRASHES) return;
      clearTimeout(this.#restartTimer);
      this.#restartTimer = setTimeout(() => this.#restart(), RESTART_MS);
    };
    return worker;
  }

  /** What the old worker was told is told again. */
  #restart(): void {
    this.#worker = this.#startWorker();
    for (const state of [...this.#layers.values()])
      this.#begin({ ...state, dirty: new Set(state.keys), arrived: new Set() });
  }

  #begin(state: LayerState): void {
    const { layer, strideZyx } = state;
    const { shapeZyx, voxelSizeZyx } = layer.source;
    this.#layers.set(layer.id, state);
    this.#send({ kind: "open", layer: numberOf(layer.id), shapeZyx, voxelSizeZyx, strideZyx });
    this.#schedule(0);
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#work(), delayMs);
  }

  #work(): void {
    const end = performance.now() + SLICE_MS;
    this.#dirtySinceMs = null;
    for (const [id, { layer, strideZyx, dirty, arrived }] of this.#layers)
      for (const key of dirty) {
        dirty.delete(key);
        const voxels = layer.source.readBrick(key);
        const wasLoaded = arrived.delete(key);
        if (!voxels) {
          // The arrival of one that has not come yet makes it dirty again; one that had come went before its turn.
          if (wasLoaded) this.#ask(layer, [key]);
          continue;
        }
        const isBare = voxels === backgroundBrick;
        const samples = isBare ? null : sampleBrick(voxels, key, layer.source.shapeZyx, strideZyx);
        this.#send({ kind: "brick", layer: numberOf(id), key, samples }, samples ? [samples.buffer] : []);
        if (performance.now() < end) continue;
        this.#schedule(8);
        return;
      }
  }

  #send(request: MeshRequest, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }
}

function nearestBricks(shapeZyx: Zyx, crosshairZyx: Zyx): BrickKey[] {
  const [gz, gy, gx] = brickGridZyx(shapeZyx);
  const keys: BrickKey[] = [];
  for (let bz = 0; bz < gz; bz++)
    for (let by = 0; by < gy; by++) for (let bx = 0; bx < gx; bx++) keys.push(brickKeyOf(bz, by, bx));
  const distance = (key: BrickKey) =>
    Math.hypot(...brickPositionZyx(key).map((b, axis) => (b + 0.5) * 64 - crosshairZyx[axis]));
  return keys.sort((a, b) => distance(a) - distance(b)).slice(0, MAX_BRICKS);
}
