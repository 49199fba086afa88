import type { BoxKind } from "../contract/snapshot-manifest.ts";
import type { VoxelBox } from "../volume/voxel-space.ts";

/** What a label image of this product says beyond its voxels. */
export interface LabelFacts {
  /** Labels that have a class, and which. */
  readonly classes: readonly (readonly [label: number, name: string])[];
  /** Parts that people vouched for: what has no label there is background. */
  readonly boxes: readonly LabelledBox[];
}

/** More does not go into one question to the server; what it reads from a file itself is not bounded by it. */
export const MAX_SENT_CLASSES = 5000;

export interface LabelledBox {
  readonly kind: BoxKind;
  readonly box: VoxelBox;
}
