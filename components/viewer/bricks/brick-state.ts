import type { BrickKey } from "../../../core/volume/brick.ts";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";

/** Every state that a brick of an image can be in, in the order of its life. */
export const brickStates = ["idle", "queued", "loading", "ready", "failed", "evicted"] as const;

export type BrickState = (typeof brickStates)[number];

/** `null`: the chunk does not exist, all its voxels are the fill value 0. */
export type BrickVoxels = PixelArray | null;

/** Channel, scale level and brick key in one number: keys are below 2³⁰, levels below 2⁶. */
export type ImageBrickId = number;

const LEVEL_BASE = 2 ** 30;
const CHANNEL_BASE = 2 ** 36;

/** `channel` is a place among the channels of the image: 0 where it has one. */
export const imageBrickId = (scaleLevel: number, key: BrickKey, channel = 0): ImageBrickId =>
  channel * CHANNEL_BASE + scaleLevel * LEVEL_BASE + key;

export const channelOfId = (id: ImageBrickId): number => Math.floor(id / CHANNEL_BASE);

export const scaleLevelOf = (id: ImageBrickId): number => Math.floor((id % CHANNEL_BASE) / LEVEL_BASE);

export const brickKeyOfId = (id: ImageBrickId): BrickKey => id % LEVEL_BASE;
