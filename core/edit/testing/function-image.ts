import { BRICK_VOXELS, type BrickKey, brickBox, indexInBrick } from "../../volume/brick.ts";
import type { PixelArray, Zyx } from "../../volume/voxel-space.ts";
import type { ImageVoxels } from "../image-voxels.ts";

/** An image given by a formula; remembers which bricks were asked for. */
export class FunctionImage implements ImageVoxels {
  readonly shapeZyx: Zyx;
  readonly loads: BrickKey[] = [];
  readonly #bricks = new Map<BrickKey, PixelArray>();
  readonly #valueAt: (z: number, y: number, x: number) => number;

  constructor(shapeZyx: Zyx, valueAt: (z: number, y: number, x: number) => number) {
    this.shapeZyx = shapeZyx;
    this.#valueAt = valueAt;
  }

  readBrick(key: BrickKey): PixelArray | undefined {
    return this.#bricks.get(key);
  }

  async loadBricks(keys: readonly BrickKey[]): Promise<void> {
    for (const key of keys) {
      this.loads.push(key);
      const brick = new Uint16Array(BRICK_VOXELS);
      const { minZyx, maxZyx } = brickBox(key, this.shapeZyx);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++) brick[indexInBrick(z, y, x)] = this.#valueAt(z, y, x);
      this.#bricks.set(key, brick);
    }
  }
}
