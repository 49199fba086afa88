import type { BrickKey } from "../../../core/volume/brick.ts";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";

/** Every state that a brick of an image can be in, in the order of its life. */
export const brickStates = ["idle", "queued", "loading", "ready", "failed", "evicted"] as const;

export type BrickState = (typeof brickStates)[number];

/** `null`: the chunk does not exist, all its voxels are the fill value 0. */
export type BrickVoxels = PixelArray | null;

/** Scale level and brick key in one number: keys are below 2³⁰. */
export type ImageBrickId = number;

const LEVEL_BASE = 2 ** 30;

export const imageBrickId = (scaleLevel: number, key: BrickKey): ImageBrickId => scaleLevel * LEVEL_BASE + key;

export const scaleLevelOf = (id: ImageBrickId): number => Math.floor(id / LEVEL_BASE);

export const brickKeyOfId = (id: ImageBrickId): BrickKey => id % LEVEL_BASE;
