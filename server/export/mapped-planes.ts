import { createPixelArray, type PixelArray } from "../../core/volume/voxel-space.ts";
import type { StoredImage } from "./stored-image.ts";
import { type LabelMap, mapLabels } from "./truth-labels.ts";

/** The label image with other values, plane by plane. */
export async function* mappedPlanes(
  labels: StoredImage,
  map: LabelMap,
  type: "uint16" | "uint32",
  signal: AbortSignal,
): AsyncGenerator<PixelArray> {
  for await (const plane of labels.planes(signal)) {
    const mapped = createPixelArray(type, plane.length);
    mapLabels(plane, mapped, map);
    yield mapped;
  }
}
