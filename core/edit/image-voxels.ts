import type { BrickKey } from "../volume/brick.ts";
import type { PixelArray, Zyx } from "../volume/voxel-space.ts";

/** Full-resolution image voxels in 64³ bricks, x fastest. The only thing fills and splits know of the image. */
export interface ImageVoxels {
  readonly shapeZyx: Zyx;
  /** Undefined while not loaded. */
  readBrick(key: BrickKey): PixelArray | undefined;
  /** Resolves when all are readable at once. Rejects with a Problem. */
  loadBricks(keys: readonly BrickKey[], signal?: AbortSignal): Promise<void>;
}
