import type { BrickKey } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** What the page tells the surface worker, and what comes back. */
export type MeshRequest =
  | {
      readonly kind: "open";
      /** Layer number; opening again drops its bricks. */
      readonly layer: number;
      readonly shapeZyx: Zyx;
      readonly voxelSizeZyx: Zyx;
      /** Every n-th voxel is a sample: 1, 2, 4… per axis. */
      readonly strideZyx: Zyx;
    }
  /** Samples of one brick, x fastest; null = nothing labelled in it. */
  | { readonly kind: "brick"; readonly layer: number; readonly key: BrickKey; readonly samples: Uint32Array | null };

export interface MeshReply {
  readonly layer: number;
  readonly key: BrickKey;
  readonly surface: BrickSurface | null;
}

/** Surfaces of all nuclei in one brick. Positions in µm, x y z of the volume. */
export interface BrickSurface {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** Label of each vertex. */
  readonly labels: Uint32Array;
  readonly indices: Uint32Array;
}
