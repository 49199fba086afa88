import { resampleBox } from "../volume/resample.ts";
import type { VoxelSpace } from "../volume/voxel-space.ts";
import { type IntensityWindow, normaliseImage } from "./intensity-window.ts";
import type { LookAround } from "./look-around.ts";
import { gridOfBox, readMirrored } from "./tiles.ts";

/** What the network is given of a look, from the intensities in `look.image`. */
export function seeTile(
  image: Float32Array,
  look: LookAround,
  volume: VoxelSpace,
  window: IntensityWindow,
): Float32Array {
  const given = { values: normaliseImage(image, window), box: look.image };
  const values = resampleBox(given, volume, look.seen, look.shown);
  return readMirrored(values, gridOfBox(look.shown), look.seen.shapeZyx, look.tile);
}
