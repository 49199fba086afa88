import type { Zyx } from "../../volume/voxel-space.ts";
import { slicesOf } from "./hand.ts";

/** What looks right to an annotator, of a nucleus and of a slice. */
export const RIGHT_IOU = 0.8;

export interface Repainted {
  readonly slices: number;
  readonly editedVoxels: number;
  /** Ascending. IoU with what is wanted is at least `RIGHT_IOU`. */
  readonly voxels: readonly number[];
}

export function iouOf(first: ReadonlySet<number>, second: ReadonlySet<number>): number {
  let both = 0;
  for (const voxel of first) if (second.has(voxel)) both++;
  const either = first.size + second.size - both;
  return either === 0 ? 1 : both / either;
}

/**
 * Paints what is wanted over what is there, in each slice that looks wrong: IoU below 0.8 in it. A nucleus that looks right as a whole is
 * left as it is. What is drawn from nothing takes all its slices. Where every slice is right by 0.8, so is the whole:
 * its IoU is a mean of theirs, weighted by their unions.
 */
export function repaint(there: readonly number[], wanted: readonly number[], shapeZyx: Zyx): Repainted {
  if (iouOf(new Set(there), new Set(wanted)) >= RIGHT_IOU) return { slices: 0, editedVoxels: 0, voxels: there };
  const [before, after] = [slicesOf(there, shapeZyx), slicesOf(wanted, shapeZyx)];
  const voxels: number[] = [];
  let [slices, editedVoxels] = [0, 0];
  for (const z of [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b)) {
    const [old, drawn] = [new Set(before.get(z)), new Set(after.get(z))];
    const isRight = iouOf(old, drawn) >= RIGHT_IOU;
    if (!isRight) {
      slices++;
      for (const voxel of old) if (!drawn.has(voxel)) editedVoxels++;
      for (const voxel of drawn) if (!old.has(voxel)) editedVoxels++;
    }
    voxels.push(...(isRight ? old : drawn));
  }
  return { slices, editedVoxels, voxels };
}
