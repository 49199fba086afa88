import type { ImageVoxels } from "../../core/edit/image-voxels.ts";
import type { VoxelSet } from "../../core/edit/voxel-set.ts";
import { distanceToNearest } from "../../core/labels/distance-transform.ts";
import { findObjects, growBox, type LabelObject } from "../../core/labels/object-boxes.ts";
import { BRICK_VOXELS, type BrickKey, brickBox, indexInBrick } from "../../core/volume/brick.ts";
import { boxShape, voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import type { RealVolume } from "../simulator/real-kinds.ts";

/** Nuclei of a real volume as somebody meets them who clicks them one after the other. */
const FEWEST_VOXELS = 100;

/** A volume in memory, brick by brick. */
export class ArrayImage implements ImageVoxels {
  readonly shapeZyx: Zyx;
  readonly #image: Float32Array;
  readonly #bricks = new Map<BrickKey, Float32Array>();

  constructor(shapeZyx: Zyx, image: Float32Array) {
    this.shapeZyx = shapeZyx;
    this.#image = image;
  }

  readBrick(key: BrickKey): Float32Array | undefined {
    return this.#bricks.get(key);
  }

  async loadBricks(keys: readonly BrickKey[]): Promise<void> {
    for (const key of keys) {
      if (this.#bricks.has(key)) continue;
      const brick = new Float32Array(BRICK_VOXELS);
      const { minZyx, maxZyx } = brickBox(key, this.shapeZyx);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++)
            brick[indexInBrick(z, y, x)] = this.#image[(z * this.shapeZyx[1] + y) * this.shapeZyx[2] + x];
      this.#bricks.set(key, brick);
    }
  }
}

export function wholeNuclei({ labels, shapeZyx }: RealVolume): LabelObject[] {
  return findObjects(labels ?? new Uint32Array(), shapeZyx).filter(({ voxels }) => voxels >= FEWEST_VOXELS);
}

/** Where a person would click: farthest from the surface. */
export function deepestVoxel({ labels, shapeZyx, voxelSizeZyx }: RealVolume, { label, box }: LabelObject): Zyx {
  const around = growBox(box, [1, 1, 1], shapeZyx);
  const shape = boxShape(around);
  const outside = new Uint8Array(voxelCount(shape));
  const at = (i: number): Zyx => [
    around.minZyx[0] + Math.floor(i / (shape[1] * shape[2])),
    around.minZyx[1] + (Math.floor(i / shape[2]) % shape[1]),
    around.minZyx[2] + (i % shape[2]),
  ];
  for (let i = 0; i < outside.length; i++) {
    const [z, y, x] = at(i);
    outside[i] = Number(labels?.[(z * shapeZyx[1] + y) * shapeZyx[2] + x] !== label);
  }
  const depth = distanceToNearest(outside, shape, voxelSizeZyx);
  return at(depth.reduce((best, um, i) => (um > depth[best] ? i : best), 0));
}

export function iouWith({ labels, shapeZyx }: RealVolume, { label, voxels }: LabelObject, filled: VoxelSet): number {
  let both = 0;
  filled.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) if (labels?.[(z * shapeZyx[1] + y) * shapeZyx[2] + x] === label) both++;
  });
  return both / (filled.count + voxels - both);
}
