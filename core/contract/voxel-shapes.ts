import { z } from "zod";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";

/** Bricks have 10 bits per axis, so no volume is longer than this. */
const MAX_AXIS_VOXELS = 65_536;

const zyxOf = <T extends z.ZodType<number>>(part: T) => z.tuple([part, part, part]);

/** Whole voxels of an existing volume. */
export const shapeZyxSchema: z.ZodType<Zyx> = zyxOf(z.int().min(1).max(MAX_AXIS_VOXELS));

/** µm per voxel. */
export const voxelSizeZyxSchema: z.ZodType<Zyx> = zyxOf(z.number().gt(0).max(1000));

/** Fractional voxels inside a volume. */
export const pointZyxSchema: z.ZodType<Zyx> = zyxOf(z.number().min(0).max(MAX_AXIS_VOXELS));

const corners = {
  minZyx: zyxOf(z.int().min(0).max(MAX_AXIS_VOXELS)),
  maxZyx: zyxOf(z.int().min(1).max(MAX_AXIS_VOXELS)),
};
const isNotEmpty = (box: VoxelBox): boolean => box.minZyx.every((min, axis) => min < box.maxZyx[axis]);

/** Half-open and not empty. */
export const voxelBoxSchema: z.ZodType<VoxelBox> = z.object(corners).refine(isNotEmpty, "the box is empty");

/** The same from another program, which may add nothing. */
export const strictVoxelBoxSchema: z.ZodType<VoxelBox> = z.strictObject(corners).refine(isNotEmpty, "the box is empty");

/** 0 is background and never names a nucleus. */
export const labelValueSchema = z.int().min(1).max(0xffff_ffff);
