import type { BoxKind } from "../contract/snapshot-manifest.ts";
import type { VoxelBox } from "../volume/voxel-space.ts";

/** What a label image of this product says beyond its voxels. */
export interface LabelFacts {
  /** Class of a label, where it has one. */
  readonly classes: Readonly<Record<string, string>>;
  /** Parts that people vouched for: what has no label there is background. */
  readonly boxes: readonly LabelledBox[];
}

export interface LabelledBox {
  readonly kind: BoxKind;
  readonly box: VoxelBox;
}
