import { ClampToEdgeWrapping, Data3DTexture, LinearFilter, RedFormat, UnsignedByteType } from "three";
import {
  BRICK_SIZE,
  type BrickKey,
  brickBox,
  brickGridZyx,
  brickKeyOf,
  indexInBrick,
} from "../../../core/volume/brick.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import {
  type BrickVoxels,
  brickKeyOfId,
  type ImageBrickId,
  imageBrickId,
  scaleLevelOf,
} from "../bricks/brick-state.ts";
import type { BrickWish, ImageBricks } from "../bricks/image-bricks.ts";
import type { ImageLevel, ImageSource } from "../viewer-contract.ts";

/** What the square root coding spans: twice the first contrast window, as far as the image goes. */
export function codedRange({ contrast, histogramRange }: ImageSource): readonly [low: number, high: number] {
  const width = Math.max(contrast[1] - contrast[0], 1e-9);
  const low = Math.max(histogramRange[0], contrast[0] - width / 2);
  const high = Math.min(histogramRange[1], contrast[1] + width);
  return [Math.min(low, contrast[0]), Math.max(high, contrast[1])];
}

/** The finest level that fits the bounds, else the coarsest there is. */
export function chooseVolumeLevel(levels: readonly ImageLevel[], maxVoxels: number, maxSide: number): ImageLevel {
  const fits = (level: ImageLevel) => voxelCount(level.shapeZyx) <= maxVoxels && Math.max(...level.shapeZyx) <= maxSide;
  return levels.find(fits) ?? levels[levels.length - 1];
}

/** One scale level of the image as a texture, filled brick by brick: from the coarsest level first, as that is there at once. */
export class VolumeTexture {
  readonly texture: Data3DTexture;
  readonly level: ImageLevel;
  readonly range: readonly [low: number, high: number];
  readonly #preview: ImageLevel;
  readonly #codes: Uint8Array<ArrayBuffer>;
  readonly #bricks: ImageBricks;

  constructor(bricks: ImageBricks, maxVoxels: number, maxSide: number) {
    const { levels } = bricks.image;
    this.#bricks = bricks;
    this.level = chooseVolumeLevel(levels, maxVoxels, maxSide);
    this.#preview = levels[levels.length - 1];
    this.range = codedRange(bricks.image);
    const [nz, ny, nx] = this.level.shapeZyx;
    this.#codes = new Uint8Array(nz * ny * nx);
    this.texture = new Data3DTexture(this.#codes, nx, ny, nz);
    this.texture.format = RedFormat;
    this.texture.type = UnsignedByteType;
    this.texture.minFilter = LinearFilter;
    this.texture.magFilter = LinearFilter;
    this.texture.wrapS = ClampToEdgeWrapping;
    this.texture.wrapT = ClampToEdgeWrapping;
    this.texture.wrapR = ClampToEdgeWrapping;
    this.texture.unpackAlignment = 1;
    this.texture.needsUpdate = true;
  }

  wishes(previewTier: number, tier: number): BrickWish[] {
    const all = (level: ImageLevel, priority: number) =>
      keysOf(level).map((key) => ({ id: imageBrickId(level.scaleLevel, key), priority }));
    return [...all(this.#preview, previewTier), ...(this.level === this.#preview ? [] : all(this.level, tier))];
  }

  /** Takes over bricks that have arrived; true when the texture changed. */
  take(ids: readonly ImageBrickId[]): boolean {
    let isChanged = false;
    for (const id of ids) {
      const source = [this.level, this.#preview].find((level) => level.scaleLevel === scaleLevelOf(id));
      const key = brickKeyOfId(id);
      const voxels = source && this.#bricks.read(source.scaleLevel, key);
      if (source === undefined || voxels === undefined) continue;
      this.#write(source, key, voxels);
      isChanged = true;
    }
    if (isChanged) this.texture.needsUpdate = true;
    return isChanged;
  }

  takeAll(): boolean {
    return this.take(
      [this.#preview, this.level].flatMap((level) => keysOf(level).map((key) => imageBrickId(level.scaleLevel, key))),
    );
  }

  dispose(): void {
    this.texture.dispose();
  }

  #write(source: ImageLevel, key: BrickKey, voxels: BrickVoxels): void {
    const { minZyx, maxZyx } = brickBox(key, source.shapeZyx);
    const ratio = source.factorZyx.map((f, axis) => f / this.level.factorZyx[axis]);
    const [nz, ny, nx] = this.level.shapeZyx;
    const first = minZyx.map((v, axis) => Math.ceil(v * ratio[axis] - 0.5));
    const end = maxZyx.map((v, axis) =>
      v === source.shapeZyx[axis] ? [nz, ny, nx][axis] : Math.ceil(v * ratio[axis] - 0.5),
    );
    const at = (axis: number, i: number) => Math.min(Math.floor((i + 0.5) / ratio[axis]), source.shapeZyx[axis] - 1);
    const [low, high] = this.range;
    const scale = 1 / (high - low);
    const isPreview = source !== this.level;
    for (let z = first[0]; z < end[0]; z++)
      for (let y = first[1]; y < end[1]; y++) {
        const row = (z * ny + y) * nx;
        for (let x = first[2]; x < end[2]; x++) {
          if (isPreview && x % BRICK_SIZE === 0 && this.#isFineReady(z, y, x)) {
            x += BRICK_SIZE - 1; // the better one came first
            continue;
          }
          const value = voxels ? voxels[indexInBrick(at(0, z), at(1, y), at(2, x))] : 0;
          this.#codes[row + x] = 255 * Math.sqrt(Math.min(1, Math.max(0, (value - low) * scale)));
        }
      }
  }

  #isFineReady(z: number, y: number, x: number): boolean {
    const key = brickKeyOf(Math.floor(z / BRICK_SIZE), Math.floor(y / BRICK_SIZE), Math.floor(x / BRICK_SIZE));
    return this.#bricks.read(this.level.scaleLevel, key) !== undefined;
  }
}

function keysOf(level: ImageLevel): BrickKey[] {
  const [gz, gy, gx]: Zyx = brickGridZyx(level.shapeZyx);
  const keys: BrickKey[] = [];
  for (let bz = 0; bz < gz; bz++)
    for (let by = 0; by < gy; by++) for (let bx = 0; bx < gx; bx++) keys.push(brickKeyOf(bz, by, bx));
  return keys;
}
