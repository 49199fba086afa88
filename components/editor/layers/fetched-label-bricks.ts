import { KeptBricks } from "../../../core/edit/kept-bricks.ts";
import type { BrickChange, LabelBrickSource, Unsubscribe } from "../../../core/edit/label-document.ts";
import { type BrickKey, backgroundBrick, brickPositionZyx } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { ByteLru } from "../../viewer/bricks/byte-lru.ts";
import { fetchChunk } from "../../viewer/bricks/fetch-chunk.ts";

/** Of bricks that nobody shows. */
const MAX_BYTES = 192 * 2 ** 20;

export interface LabelImage {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** One chunk: gzip of uint32, as of an ImageSource; 404 = background. */
  chunkUrl(bz: number, by: number, bx: number): string;
}

/** A label image that never changes, such as the proposals of one prediction, brick by brick over HTTP. */
export class FetchedLabelBricks implements LabelBrickSource {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly #image: LabelImage;
  readonly #cache = new ByteLru<BrickKey, Uint32Array>(MAX_BYTES);
  readonly #kept = new KeptBricks();
  readonly #loading = new Map<BrickKey, Promise<void>>();
  readonly #listeners = new Set<(changes: readonly BrickChange[]) => void>();

  constructor(image: LabelImage) {
    this.#image = image;
    this.shapeZyx = image.shapeZyx;
    this.voxelSizeZyx = image.voxelSizeZyx;
  }

  readBrick(key: BrickKey): Uint32Array | undefined {
    return this.#cache.peek(key);
  }

  async loadBricks(keys: readonly BrickKey[], signal?: AbortSignal): Promise<void> {
    const wanted = new Set(keys);
    await Promise.all(keys.map((key) => (this.#cache.has(key) ? undefined : this.#load(key, wanted))));
    signal?.throwIfAborted();
    for (const key of keys) this.#cache.touch(key);
  }

  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  keepLoaded(holder: string, keys: readonly BrickKey[]): void {
    this.#kept.keep(holder, keys);
  }

  /** One request per brick, however many ask: it is not aborted, as others may wait for it. */
  #load(key: BrickKey, wanted: ReadonlySet<BrickKey>): Promise<void> {
    let loading = this.#loading.get(key);
    if (!loading) {
      loading = this.#fetch(key, wanted).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }

  async #fetch(key: BrickKey, wanted: ReadonlySet<BrickKey>): Promise<void> {
    const [bz, by, bx] = brickPositionZyx(key);
    const voxels = await fetchChunk(this.#image.chunkUrl(bz, by, bx), "uint32", new AbortController().signal);
    const brick = voxels instanceof Uint32Array ? voxels : backgroundBrick;
    const isNeeded = (other: BrickKey) => wanted.has(other) || this.#kept.has(other);
    this.#cache.set(key, brick, voxels ? brick.byteLength : 0, isNeeded);
    for (const listener of [...this.#listeners]) listener([{ key, box: null }]);
  }
}
