import type { ImageVoxels } from "../../../core/edit/image-voxels.ts";
import { BRICK_VOXELS, type BrickKey, brickPositionZyx } from "../../../core/volume/brick.ts";
import { bytesPerPixel, createPixelArray, type PixelArray, type Zyx } from "../../../core/volume/voxel-space.ts";
import { ByteLru } from "../../viewer/bricks/byte-lru.ts";
import { fetchChunk } from "../../viewer/bricks/fetch-chunk.ts";
import type { ImageSource } from "../../viewer/viewer-contract.ts";

const MAX_BYTES = 96 * 2 ** 20;
/** Browsers open six connections to a server; the viewer needs some of them. */
const AT_ONCE = 4;

/**
 * Full-resolution bricks for fills and splits. Apart from the viewer's cache, as that one drops what no pane wants; the
 * browser's own cache answers for what a pane has shown already.
 */
export class FetchedImageVoxels implements ImageVoxels {
  readonly shapeZyx: Zyx;
  readonly #image: ImageSource;
  readonly #cache = new ByteLru<BrickKey, PixelArray>(MAX_BYTES);
  readonly #empty: PixelArray;

  constructor(image: ImageSource) {
    this.#image = image;
    this.shapeZyx = image.shapeZyx;
    this.#empty = createPixelArray(image.pixelType, BRICK_VOXELS);
  }

  readBrick(key: BrickKey): PixelArray | undefined {
    return this.#cache.peek(key);
  }

  async loadBricks(keys: readonly BrickKey[], signal: AbortSignal = new AbortController().signal): Promise<void> {
    const wanted = new Set(keys);
    const missing = keys.filter((key) => !this.#cache.has(key));
    const next = async (): Promise<void> => {
      for (let key = missing.pop(); key !== undefined && !signal.aborted; key = missing.pop()) {
        const [bz, by, bx] = brickPositionZyx(key);
        const voxels = await fetchChunk(this.#image.chunkUrl(0, bz, by, bx), this.#image.pixelType, signal);
        const bytes = voxels ? BRICK_VOXELS * bytesPerPixel[this.#image.pixelType] : 0;
        this.#cache.set(key, voxels ?? this.#empty, bytes, (other) => wanted.has(other));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    signal.throwIfAborted();
    for (const key of keys) this.#cache.touch(key);
  }
}
