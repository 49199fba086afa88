import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { CompletePlanes } from "./complete-planes.ts";

/** A part of a box in which nothing is unknown: planes that follow each other. */
export interface CompleteBox {
  /** Number of the box in `dataset.json`, from 1. */
  readonly number: number;
  readonly kind: FrozenVolume["boxes"][number]["kind"];
  readonly box: VoxelBox;
}

export const completeBoxes = (found: readonly CompletePlanes[]): CompleteBox[] =>
  found.flatMap(({ kind, box, planes }, index) =>
    runsOf(planes).map(([first, last]) => ({
      number: index + 1,
      kind,
      box: {
        minZyx: [first, box.minZyx[1], box.minZyx[2]],
        maxZyx: [last + 1, box.maxZyx[1], box.maxZyx[2]],
      } as const,
    })),
  );

/** First and last of numbers that follow each other. */
function runsOf(ascending: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const number of ascending) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
