import { createPixelArray, type PixelArray } from "../../../core/volume/voxel-space.ts";
import type { StoredImage } from "../frozen/stored-image.ts";
import { type LabelMap, mapLabels } from "../frozen/truth-labels.ts";

/** The label image with other values, plane by plane from `firstPlane` on. */
export async function* mappedPlanes(
  labels: StoredImage,
  map: LabelMap,
  type: "uint16" | "uint32",
  signal: AbortSignal,
  firstPlane: number,
): AsyncGenerator<PixelArray> {
  for await (const plane of labels.planes(signal, firstPlane)) {
    const mapped = createPixelArray(type, plane.length);
    mapLabels(plane, mapped, map);
    yield mapped;
  }
}
