import { axisLetter, paneAxes } from "../geometry/pane-axes.ts";
import type { SliceRun } from "../slice/slice-region.ts";
import type { ImageSource, SlicePlane } from "../viewer-contract.ts";

/** "XY", "z 24 / 48", "23.5 µm": people count slices from 1. With a slab "brightest of 9 slices" in the last. */
export function sliceInWords(
  { shapeZyx, voxelSizeZyx }: Pick<ImageSource, "shapeZyx" | "voxelSizeZyx">,
  plane: SlicePlane,
  slice: number,
  slab: SliceRun | null = null,
): readonly [title: string, place: string, depth: string] {
  const { w } = paneAxes(plane);
  return [
    plane.toUpperCase(),
    `${axisLetter(w)} ${slice + 1} / ${shapeZyx[w]}`,
    `${((slice + 0.5) * voxelSizeZyx[w]).toFixed(1)} µm${slab ? `, brightest of ${slab.end - slab.first} slices` : ""}`,
  ];
}
