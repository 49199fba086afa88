import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import type { FrozenNucleus } from "./dataset-description.ts";

/** Value in the file of every finished nucleus; all other values become background. */
export type LabelMap = ReadonlyMap<number, number>;

export const sameValues = (nuclei: readonly FrozenNucleus[]): LabelMap =>
  new Map(nuclei.map(({ label }) => [label, label]));

/** 1, 2, 3… in ascending order of the labels: for files whose type cannot hold the labels themselves. */
export const consecutiveValues = (nuclei: readonly FrozenNucleus[]): LabelMap =>
  new Map(
    nuclei
      .map(({ label }) => label)
      .sort((a, b) => a - b)
      .map((label, index) => [label, index + 1]),
  );

/** One look-up per run of equal voxels, not per voxel. */
export function mapLabels(from: PixelArray, to: PixelArray, map: LabelMap): void {
  let last = 0;
  let value = 0;
  for (let i = 0; i < from.length; i++) {
    if (from[i] !== last) {
      last = from[i];
      value = map.get(last) ?? 0;
    }
    to[i] = value;
  }
}
