import type { VoxelBox, Zyx } from "./voxel-space.ts";

/** A brick is a box of 64³ voxels: the unit of editing, of dirty tracking and of GPU upload, and the same box as a Zarr chunk. */
export const BRICK_SIZE = 64;
export const BRICK_VOXELS = BRICK_SIZE ** 3;

/** What every brick without a label reads as: readers that know it by its identity skip it. Never write into it. */
export const backgroundBrick = new Uint32Array(BRICK_VOXELS);

const KEY_BASE = 1024; // 10 bits per axis reach 65 536 voxels

/** `bx + by·1024 + bz·1048576`: multiplication, as `<<` overflows beyond 30 bits. */
export type BrickKey = number;

export const brickKeyOf = (bz: number, by: number, bx: number): BrickKey =>
  bx + by * KEY_BASE + bz * KEY_BASE * KEY_BASE;

export function brickPositionZyx(key: BrickKey): Zyx {
  const bx = key % KEY_BASE;
  const by = Math.floor(key / KEY_BASE) % KEY_BASE;
  return [Math.floor(key / (KEY_BASE * KEY_BASE)), by, bx];
}

export const brickKeyAt = (z: number, y: number, x: number): BrickKey =>
  brickKeyOf(Math.floor(z / BRICK_SIZE), Math.floor(y / BRICK_SIZE), Math.floor(x / BRICK_SIZE));

/** Linear index inside its brick, x fastest. */
export const indexInBrick = (z: number, y: number, x: number): number =>
  (x % BRICK_SIZE) + (y % BRICK_SIZE) * BRICK_SIZE + (z % BRICK_SIZE) * BRICK_SIZE * BRICK_SIZE;

/** Bricks per axis. */
export const brickGridZyx = (shapeZyx: Zyx): Zyx => [
  Math.ceil(shapeZyx[0] / BRICK_SIZE),
  Math.ceil(shapeZyx[1] / BRICK_SIZE),
  Math.ceil(shapeZyx[2] / BRICK_SIZE),
];

/** The brick's box, clipped to the volume. */
export function brickBox(key: BrickKey, shapeZyx: Zyx): VoxelBox {
  const [bz, by, bx] = brickPositionZyx(key);
  const minZyx: Zyx = [bz * BRICK_SIZE, by * BRICK_SIZE, bx * BRICK_SIZE];
  return {
    minZyx,
    maxZyx: [
      Math.min(minZyx[0] + BRICK_SIZE, shapeZyx[0]),
      Math.min(minZyx[1] + BRICK_SIZE, shapeZyx[1]),
      Math.min(minZyx[2] + BRICK_SIZE, shapeZyx[2]),
    ],
  };
}

/** Keys of all bricks that a box meets, ascending. */
export function brickKeysOfBox(box: VoxelBox): BrickKey[] {
  const keys: BrickKey[] = [];
  const first = box.minZyx.map((v) => Math.floor(v / BRICK_SIZE));
  const last = box.maxZyx.map((v) => Math.floor((v - 1) / BRICK_SIZE));
  for (let bz = first[0]; bz <= last[0]; bz++)
    for (let by = first[1]; by <= last[1]; by++)
      for (let bx = first[2]; bx <= last[2]; bx++) keys.push(brickKeyOf(bz, by, bx));
  return keys;
}
