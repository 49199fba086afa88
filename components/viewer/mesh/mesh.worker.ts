import { type BrickKey, brickGridZyx, brickPositionZyx } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { assembleBlock, bricksToRebuild } from "./label-block.ts";
import type { MeshReply, MeshRequest } from "./mesh-messages.ts";
import { buildSurface } from "./surface-nets.ts";

/** Keeps thinned labels and rebuilds the surfaces of the bricks that a change reaches, one at a time. */
interface LayerState {
  readonly gridZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly strideZyx: Zyx;
  readonly bricks: Map<BrickKey, Uint32Array>;
  /** Bricks with a surface on the page. */
  readonly shown: Set<BrickKey>;
  readonly queue: Set<BrickKey>;
}

const layers = new Map<number, LayerState>();
let isRunning = false;

self.onmessage = ({ data }: MessageEvent<MeshRequest>) => {
  if (data.kind === "open") {
    const { shapeZyx, voxelSizeZyx, strideZyx } = data;
    layers.set(data.layer, {
      gridZyx: brickGridZyx(shapeZyx),
      voxelSizeZyx,
      strideZyx,
      bricks: new Map(),
      shown: new Set(),
      queue: new Set(),
    });
    return;
  }
  const layer = layers.get(data.layer);
  if (!layer) return;
  const before = layer.bricks.get(data.key) ?? null;
  if (data.samples) layer.bricks.set(data.key, data.samples);
  else layer.bricks.delete(data.key);
  for (const key of bricksToRebuild(data.key, before, data.samples, layer.strideZyx))
    if (brickPositionZyx(key).every((b, axis) => b < layer.gridZyx[axis])) layer.queue.add(key);
  if (!isRunning) {
    isRunning = true;
    setTimeout(buildNext);
  }
};

/** One brick per task, so that newer labels are taken in between. */
function buildNext(): void {
  for (const [number, layer] of layers)
    for (const key of layer.queue) {
      layer.queue.delete(key);
      const block = assembleBlock(layer, key);
      const surface = block && buildSurface(block);
      if (surface || layer.shown.has(key)) {
        if (surface) layer.shown.add(key);
        else layer.shown.delete(key);
        const reply: MeshReply = { layer: number, key, surface };
        const transfer = surface
          ? [surface.positions.buffer, surface.normals.buffer, surface.labels.buffer, surface.indices.buffer]
          : [];
        self.postMessage(reply, { transfer });
      }
      setTimeout(buildNext);
      return;
    }
  isRunning = false;
}
