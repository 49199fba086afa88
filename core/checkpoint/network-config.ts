import { z } from "zod";
import type { Zyx } from "../volume/voxel-space.ts";

/** What the network says about every voxel, in the order of its output channels. */
export const headNames = ["foreground", "distance", "boundary"] as const;
export type Head = (typeof headNames)[number];

export interface LevelConfig {
  readonly channels: number;
  readonly kernelZyx: Zyx;
  /** Pooling from the level above into this one; [1, 1, 1] for the first. */
  readonly poolZyx: Zyx;
}

/** Everything needed to build the network again; stored with the weights. */
export interface NetworkConfig {
  readonly levels: readonly LevelConfig[];
  readonly heads: readonly Head[];
}

const smallZyx = z.tuple([z.int().min(1).max(15), z.int().min(1).max(15), z.int().min(1).max(15)]);

export const networkConfigSchema = z.strictObject({
  levels: z
    .array(z.strictObject({ channels: z.int().min(1).max(1024), kernelZyx: smallZyx, poolZyx: smallZyx }))
    .min(1)
    .max(8),
  heads: z
    .array(z.enum(headNames))
    .min(2)
    .max(headNames.length)
    .refine((heads) => new Set(heads).size === heads.length, "a head is named twice"),
});
