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
  channelOfId,
  type ImageBrickId,
  imageBrickId,
  scaleLevelOf,
} from "../bricks/brick-state.ts";
import type { BrickWish, ImageBricks } from "../bricks/image-bricks.ts";
import { channelsOf } from "../image-channels.ts";
import type { ImageChannel, ImageLevel } from "../viewer-contract.ts";

/** What the square root coding spans: twice the first contrast window, as far as the image goes. */
export function codedRange({ contrast, histogramRange }: ImageChannel): readonly [low: number, high: number] {
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

/** What the texture holds of one channel. */
interface CodedChannel {
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly range: readonly [low: number, high: number];
  readonly taken: Set<ImageBrickId>;
}

/** Codes of so many channels stay in memory, so that going back and forth between two of them costs nothing. */
const MAX_CODED = 3;

/** One scale level of one channel of the image as a texture, filled brick by brick: from the coarsest level first, as that is there at once. */
export class VolumeTexture {
  readonly texture: Data3DTexture;
  readonly level: ImageLevel;
  readonly #preview: ImageLevel;
  readonly #bricks: ImageBricks;

  /** Longest shown first. */
  readonly #coded = new Map<number, CodedChannel>();
  #channel: number;
  #shown: CodedChannel;

  constructor(bricks: ImageBricks, channel: number, maxVoxels: number, maxSide: number) {
    const { levels } = bricks.image;
    this.#bricks = bricks;
    this.level = chooseVolumeLevel(levels, maxVoxels, maxSide);
    this.#preview = levels[levels.length - 1];
    const [nz, ny, nx] = this.level.shapeZyx;
    this.#channel = channel;
    this.#shown = this.#codedOf(channel);
    this.texture = new Data3DTexture(this.#shown.codes, nx, ny, nz);
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

  /** Of the channel that is shown. */
  get range(): readonly [low: number, high: number] {
    return this.#shown.range;
  }

  show(channel: number): void {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#shown = this.#codedOf(channel);
    this.texture.image.data = this.#shown.codes;
    this.texture.needsUpdate = true;
  }

  /** What is missing of the channel that is shown. */
  wishes(previewTier: number, tier: number): BrickWish[] {
    const all = (level: ImageLevel, priority: number) =>
      keysOf(level)
        .map((key) => ({ id: imageBrickId(level.scaleLevel, key, this.#channel), priority }))
        .filter(({ id }) => !this.#shown.taken.has(id));
    return [...all(this.#preview, previewTier), ...(this.level === this.#preview ? [] : all(this.level, tier))];
  }

  /** Takes over bricks that have arrived; true when the texture changed. */
  take(ids: readonly ImageBrickId[]): boolean {
    let isChanged = false;
    for (const id of ids) {
      if (channelOfId(id) !== this.#channel || this.#shown.taken.has(id)) continue;
      const source = [this.level, this.#preview].find((level) => level.scaleLevel === scaleLevelOf(id));
      const key = brickKeyOfId(id);
      const voxels = source && this.#bricks.read(source.scaleLevel, key, this.#channel);
      if (source === undefined || voxels === undefined) continue;
      this.#write(source, key, voxels);
      this.#shown.taken.add(id);
      isChanged = true;
    }
    if (isChanged) this.texture.needsUpdate = true;
    return isChanged;
  }

  takeAll(): boolean {
    return this.take(
      [this.#preview, this.level].flatMap((level) =>
        keysOf(level).map((key) => imageBrickId(level.scaleLevel, key, this.#channel)),
      ),
    );
  }

  dispose(): void {
    this.texture.dispose();
  }

  #codedOf(channel: number): CodedChannel {
    const [nz, ny, nx] = this.level.shapeZyx;
    const coded = this.#coded.get(channel) ?? {
      codes: new Uint8Array(nz * ny * nx),
      range: codedRange(channelsOf(this.#bricks.image)[channel]),
      taken: new Set(),
    };
    this.#coded.delete(channel);
    this.#coded.set(channel, coded);
    for (const [oldest] of this.#coded) if (this.#coded.size > MAX_CODED) this.#coded.delete(oldest);
    return coded;
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
    const { codes, range } = this.#shown;
    const [low, high] = range;
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
          codes[row + x] = 255 * Math.sqrt(Math.min(1, Math.max(0, (value - low) * scale)));
        }
      }
  }

  #isFineReady(z: number, y: number, x: number): boolean {
    const key = brickKeyOf(Math.floor(z / BRICK_SIZE), Math.floor(y / BRICK_SIZE), Math.floor(x / BRICK_SIZE));
    return this.#shown.taken.has(imageBrickId(this.level.scaleLevel, key, this.#channel));
  }
}

function keysOf(level: ImageLevel): BrickKey[] {
  const [gz, gy, gx]: Zyx = brickGridZyx(level.shapeZyx);
  const keys: BrickKey[] = [];
  for (let bz = 0; bz < gz; bz++)
    for (let by = 0; by < gy; by++) for (let bx = 0; bx < gx; bx++) keys.push(brickKeyOf(bz, by, bx));
  return keys;
}
