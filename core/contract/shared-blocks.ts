import { z } from "zod";
import { outlineUmSchema, thresholdsSchema } from "../checkpoint/trained-model.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { shapeZyxSchema } from "./voxel-shapes.ts";

/*
 * A prediction by blocks that several trainers work on (docs/adr/0036). The holder of the job leads: it hands in the plan, takes
 * block after block from the front, and stitches. Others take blocks from the end.
 */

/** Of one volume; what has more is predicted by the holder of its job alone. */
export const MAX_SHARED_BLOCKS = 20_000;

/** Everything that the findings in a block follow from, beside its place, the volume and the weights. */
export const blockPlanSchema = z.strictObject({
  /** Of all cores but the last ones of an axis. They tile the volume, and are numbered in order z, y, x. */
  coreZyx: shapeZyxSchema,
  /** Seen round a core at first, voxels. */
  marginZyx: shapeZyxSchema,
  /** Voxels of a block with its margin: whoever takes one has the memory for it. */
  maxBlockVoxels: z.int().min(1),
  maxTileVoxels: z.int().min(1),
  /** Intensities that become 0 and 1. */
  window: z.strictObject({ low: z.number(), high: z.number() }),
  sight: z.strictObject({
    sideUm: z.number().gt(0).nullable(),
    diameterUm: z.number().gt(0).nullable(),
    thresholds: thresholdsSchema,
  }),
  /** How far outlines are moved. */
  outlineUm: outlineUmSchema.nullable(),
});
export type BlockPlan = z.infer<typeof blockPlanSchema>;

export const countBlocks = (shapeZyx: Zyx, { coreZyx }: Pick<BlockPlan, "coreZyx">): number =>
  shapeZyx.reduce((product, size, axis) => product * Math.ceil(size / coreZyx[axis]), 1);

const lease = { leaseToken: z.int().min(1) };

/** The holder of a prediction shows its plan of one volume. The same plan again keeps what others have found. */
export const sharePlanSchema = z.strictObject({ ...lease, volumeId: z.uuid(), plan: blockPlanSchema });
export type SharePlanMessage = z.infer<typeof sharePlanSchema>;

/** The holder comes to a block, or asks how it stands with the one that it works on. */
export const blockTurnSchema = z.strictObject({
  ...lease,
  volumeId: z.uuid(),
  index: z
    .int()
    .min(0)
    .max(MAX_SHARED_BLOCKS - 1),
  /** It has found what there is itself: whoever else is at it can stop. */
  isFound: z.boolean(),
});
export type BlockTurnMessage = z.infer<typeof blockTurnSchema>;

export const blockTurnAnswerSchema = z.object({
  /** Blob of what somebody else has found there; null where nobody has. */
  findings: z.string().max(400).nullable(),
  /** Somebody else is at this very block. */
  isHeld: z.boolean(),
  /** Somebody else is at some block of this volume. */
  othersAtWork: z.boolean(),
  /** Blocks with larger numbers that others have found. */
  foundBeyond: z.int().min(0),
});
export type BlockTurn = z.infer<typeof blockTurnAnswerSchema>;
