import type { Reshape } from "../../../core/edit/shape/reshape-nucleus.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";

export type SizedReshape = Extract<Reshape, { readonly amountUm: number }>;

/** Steps from the smallest amount to the largest. */
const MOST_STEPS = 30;

/** One voxel in the slice: less changes nothing there. */
export const amountStepUm = ({ voxelSizeZyx }: VoxelSpace): number =>
  Number(Math.min(voxelSizeZyx[1], voxelSizeZyx[2]).toPrecision(3));

/** Smoothing starts where it reaches across slices, growing and shrinking at a voxel in the slice. */
export function firstAmountUm(kind: SizedReshape["kind"], space: VoxelSpace): number {
  const step = amountStepUm(space);
  if (kind !== "smooth") return step;
  return boundedAmountUm(step * Math.round(Math.max(...space.voxelSizeZyx) / 2 / step), space);
}

export function boundedAmountUm(amountUm: number, space: VoxelSpace): number {
  const step = amountStepUm(space);
  return Number(Math.min(MOST_STEPS * step, Math.max(step, amountUm)).toPrecision(4));
}

export const mostAmountUm = (space: VoxelSpace): number => boundedAmountUm(Number.POSITIVE_INFINITY, space);
