import { voxelCount, type Zyx } from "../../../volume/voxel-space.ts";
import type { NucleusRegion } from "../nucleus-region.ts";

type At<T> = (z: number, y: number, x: number) => T;

/** A region by a formula: of the nucleus, and of what another one has. */
export function regionOf(
  shapeZyx: Zyx,
  voxelSizeZyx: Zyx,
  isOwn: At<boolean>,
  isBlocked: At<boolean> = () => false,
): NucleusRegion {
  const own = new Uint8Array(voxelCount(shapeZyx));
  const blocked = new Uint8Array(own.length);
  forVoxels(shapeZyx, (z, y, x, i) => {
    own[i] = Number(isOwn(z, y, x) && !isBlocked(z, y, x));
    blocked[i] = Number(isBlocked(z, y, x));
  });
  return { box: { minZyx: [0, 0, 0], maxZyx: shapeZyx }, shapeZyx, voxelSizeZyx, own, blocked };
}

export function forVoxels(shapeZyx: Zyx, visit: (z: number, y: number, x: number, index: number) => void): void {
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++) for (let x = 0; x < shapeZyx[2]; x++) visit(z, y, x, i++);
}

/** The nucleus after the writes: 1 is painted, 2 erased. */
export const afterWrites = (own: Uint8Array, writes: Uint8Array): Uint8Array =>
  own.map((inside, i) => (writes[i] === 0 ? inside : Number(writes[i] === 1)));

export function iouOf(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    either += a[i] | b[i];
  }
  return both / either;
}

/** Distance in µm between two voxels' centres. */
export const umBetween = (a: readonly number[], b: readonly number[], voxelSizeZyx: Zyx): number =>
  Math.hypot(...a.map((v, axis) => (v - b[axis]) * voxelSizeZyx[axis]));
