import type { TrainedModel } from "../../core/checkpoint/trained-model.ts";
import { findClickedNucleus } from "../../core/click/find-clicked-nucleus.ts";
import { TileEngine, type TileNetwork } from "../../core/click/tile-engine.ts";
import { VoxelSet } from "../../core/edit/voxel-set.ts";
import { seeVolume } from "../../core/perception/canonical-size.ts";
import { measureWindow } from "../../core/perception/intensity-window.ts";
import { cropBox } from "../../core/volume/image-source.ts";
import { boxShape, type VoxelBox, voxelCount } from "../../core/volume/voxel-space.ts";
import type { RealVolume } from "../simulator/real-kinds.ts";
import { deepestVoxel, iouWith, wholeNuclei } from "./real-nuclei.ts";

export interface ModelClick {
  readonly iou: number;
  readonly ms: number;
}

/** One click in the middle of every true nucleus, nothing else labelled. */
export async function clickByModel(
  volume: RealVolume,
  model: TrainedModel,
  network: TileNetwork,
  moveUm: number,
): Promise<ModelClick[]> {
  const { image, shapeZyx } = volume;
  const sight = seeVolume(model, volume);
  const engine = new TileEngine(network, volume, measureWindow(image));
  const read = {
    ...volume,
    readImage: async (box: VoxelBox) => cropBox(image, shapeZyx, box, Float32Array),
    readForbidden: async (box: VoxelBox) => new Uint8Array(voxelCount(boxShape(box))),
  };
  const clicks: ModelClick[] = [];
  for (const object of wholeNuclei(volume)) {
    const voxelZyx = deepestVoxel(volume, object);
    const start = performance.now();
    const wish = {
      config: model.config,
      sight,
      clicks: [{ voxelZyx, isInside: true }],
      outlineUm: model.outlineUm ?? 0,
      moveUm,
    };
    const found = await findClickedNucleus(engine, read, wish, null);
    const ms = performance.now() - start;
    const voxels = new VoxelSet(shapeZyx);
    if (found) addMask(voxels, found.nucleus, found.look.box);
    clicks.push({ iou: iouWith(volume, object, voxels), ms });
  }
  return clicks;
}

function addMask(voxels: VoxelSet, mask: Uint8Array, box: VoxelBox): void {
  const [depth, height, width] = boxShape(box);
  const [z0, y0, x0] = box.minZyx;
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) if (mask[i]) voxels.add(z0 + z, y0 + y, x0 + x);
}
