import type { BrickChange } from "../../../core/edit/label-document.ts";
import { type BrickKey, brickGridZyx, brickKeyOf, brickPositionZyx } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { LabelLayer } from "../viewer-contract.ts";
import { chooseStride, sampleBrick } from "./label-samples.ts";
import type { BrickSurface, MeshReply, MeshRequest } from "./mesh-messages.ts";

/** A stroke is shown in the slices at once; its surface follows when the hand rests. */
const QUIET_MS = 220;
/** Work on the page's thread per turn, so that frames are kept. */
const SLICE_MS = 4;
/** Bricks of a volume that is shown as surfaces at most: beyond, those nearest to the crosshair. */
const MAX_BRICKS = 1024;

type SurfaceListener = (id: LabelLayer["id"], key: BrickKey, surface: BrickSurface | null) => void;

const numberOf = (id: LabelLayer["id"]): number => (id === "labels" ? 0 : 1);
const idOf = (layer: number): LabelLayer["id"] => (layer === 0 ? "labels" : "proposals");

/** Feeds a worker with thinned labels and hands on the surfaces that it builds. */
export class LabelSurfaces {
  readonly #worker = new Worker(new URL("./mesh.worker.ts", import.meta.url), { type: "module" });
  readonly #layers = new Map<LabelLayer["id"], { layer: LabelLayer; strideZyx: Zyx; dirty: Set<BrickKey> }>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onSurface: SurfaceListener) {
    this.#worker.onmessage = ({ data }: MessageEvent<MeshReply>) => onSurface(idOf(data.layer), data.key, data.surface);
  }

  /** Starts a layer anew; returns the bricks that have to be loaded for it, nearest to the crosshair first. */
  open(layer: LabelLayer, crosshairZyx: Zyx): BrickKey[] {
    const { shapeZyx, voxelSizeZyx } = layer.source;
    const strideZyx = chooseStride(shapeZyx, voxelSizeZyx);
    this.#send({ kind: "open", layer: numberOf(layer.id), shapeZyx, voxelSizeZyx, strideZyx });
    const keys = nearestBricks(shapeZyx, crosshairZyx);
    this.#layers.set(layer.id, { layer, strideZyx, dirty: new Set(keys) });
    this.#schedule(0);
    return keys;
  }

  onVoxels(id: LabelLayer["id"], changes: readonly BrickChange[]): void {
    const state = this.#layers.get(id);
    if (!state) return;
    for (const { key } of changes) state.dirty.add(key);
    this.#schedule(QUIET_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#work(), delayMs);
  }

  #work(): void {
    const end = performance.now() + SLICE_MS;
    for (const [id, { layer, strideZyx, dirty }] of this.#layers)
      for (const key of dirty) {
        dirty.delete(key);
        const voxels = layer.source.readBrick(key);
        if (!voxels) continue; // its arrival makes it dirty again
        const samples = sampleBrick(voxels, key, layer.source.shapeZyx, strideZyx);
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
