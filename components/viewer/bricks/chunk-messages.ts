import type { ProblemFields } from "../../../core/problem.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { BrickVoxels } from "./brick-state.ts";

/** What the page asks of a chunk worker, and what comes back. `id` is unique per page. */
export type ChunkRequest =
  | { readonly kind: "load"; readonly id: number; readonly url: string; readonly pixelType: PixelType }
  | { readonly kind: "cancel"; readonly id: number };

export type ChunkReply =
  | { readonly kind: "loaded"; readonly id: number; readonly voxels: BrickVoxels }
  | { readonly kind: "failed"; readonly id: number; readonly problem: ProblemFields };
