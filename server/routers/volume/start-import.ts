import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, projectProcedure } from "../../trpc.ts";
import {
  resolveOrigin,
  specimenSchema,
  uploadedImageSchema,
  volumeNameSchema,
  voxelSizeSchema,
} from "./import-input.ts";
import { labelsSchema, resolveLabels } from "./import-labels.ts";
import { insertVolume } from "./insert-volume.ts";

/** Starts the import of a volume; it appears in the list at once, and is usable as soon as its pyramid is written. */
export const startImport = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.startImport", 300, 5)))
  .input(
    z.object({
      name: volumeNameSchema,
      specimen: specimenSchema,
      image: uploadedImageSchema,
      /** Null: as the file says. */
      voxelSizeZyx: voxelSizeSchema.nullable(),
      labels: labelsSchema.nullable().default(null),
    }),
  )
  .mutation(async ({ ctx, input }) => {
    const owner = { projectId: ctx.projectId, userId: ctx.user.id };
    const { origin, image } = await resolveOrigin(ctx.services, owner, input.image);
    const voxelSizeZyx = input.voxelSizeZyx ?? image.voxelSizeZyx;
    if (!voxelSizeZyx)
      throw new Problem({
        tag: "voxel-size-missing",
        what: "The file does not say how large its voxels are.",
        where: "voxel size",
        hint: "Enter the distance of the slices (z) and the pixel size (y, x) in micrometres; the microscope's settings say it.",
      });
    const fromFile = image.voxelSizeZyx?.every((size, axis) => size === voxelSizeZyx[axis]) ?? false;
    const labelled = { shapeZyx: image.shapeZyx, voxelSizeZyx, image: { times: image.times, time: input.image.time } };
    const labels = input.labels && (await resolveLabels(ctx.services, owner, input.labels, labelled));
    return insertVolume(
      ctx.services,
      {
        projectId: ctx.projectId,
        name: input.name,
        specimen: input.specimen,
        shapeZyx: image.shapeZyx,
        voxelSizeZyx,
        voxelSizeFrom: fromFile ? "file" : "person",
        pixelType: image.pixelType,
        sourceFileName: origin.kind === "upload" ? origin.fileName : "",
        createdBy: ctx.user.id,
      },
      { image: origin, labels: labels?.request ?? null },
    );
  });
