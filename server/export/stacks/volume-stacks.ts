import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableVolume } from "../frozen/frozen-dataset.ts";
import { sameValues } from "../frozen/truth-labels.ts";
import { mappedPlanes } from "./mapped-planes.ts";
import type { PlanesFrom } from "./stack-stream.ts";

/** One of the three images of a volume. */
export interface Stack {
  readonly kind: "image" | "labels" | "known";
  readonly pixelType: PixelType;
  readonly planes: PlanesFrom;
}

const LARGEST_UINT16 = 0xffff;

/** 16 bits where the numbers of the table fit: programs for such files rarely take 32. */
export const labelTypeOf = ({ largestLabel }: FrozenVolume): "uint16" | "uint32" =>
  largestLabel <= LARGEST_UINT16 ? "uint16" : "uint32";

/** Image, labels with the numbers of the table, and mask. */
export function stacksOf(volume: ReadableVolume): readonly Stack[] {
  const truth = sameValues(volume.nuclei);
  const labelType = labelTypeOf(volume.volume);
  return [
    {
      kind: "image",
      pixelType: volume.image.pixelType,
      planes: (signal, first) => volume.image.planes(signal, first),
    },
    {
      kind: "labels",
      pixelType: labelType,
      planes: (signal, first) => mappedPlanes(volume.labels, truth, labelType, signal, first),
    },
    { kind: "known", pixelType: "uint8", planes: (signal, first) => volume.known.planes(signal, first) },
  ];
}
