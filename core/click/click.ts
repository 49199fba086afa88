import type { Zyx } from "../volume/voxel-space.ts";

/** A voxel that a person has pointed at: it is the nucleus's, or is not. */
export interface Click {
  readonly voxelZyx: Zyx;
  readonly isInside: boolean;
}

/** Clicks of one nucleus beyond this are a wrong use of the tool; every one of them costs memory of the look. */
export const MAX_CLICKS = 200;
