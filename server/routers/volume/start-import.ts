import { z } from "zod";
import {
  type ChannelChoice,
  channelChoices,
  type KeptChannel,
  planChannels,
} from "../../../core/import/file-channels.ts";
import type { FileImage } from "../../../core/import/file-contents.ts";
import { nameOfTime } from "../../../core/import/file-names.ts";
import type { ImageOrigin } from "../../../core/import/import-request.ts";
import { Problem } from "../../../core/problem.ts";
import { costlyCall, countCall } from "../../call-rate.ts";
import { atMost, projectProcedure } from "../../trpc.ts";
import {
  resolveOrigin,
  specimenSchema,
  uploadedImageSchema,
  volumeNameSchema,
  voxelSizeSchema,
} from "./import-input.ts";
import { labelsSchema, resolveLabels } from "./import-labels.ts";
import { insertVolumes } from "./insert-volume.ts";

const atTime = (origin: ImageOrigin, time: number): ImageOrigin =>
  origin.kind === "upload" ? { ...origin, time } : origin;

/** Labels that are a channel of the image itself are no channel to look at. */
function keptChannels(
  image: FileImage,
  input: {
    readonly image: z.output<typeof uploadedImageSchema>;
    readonly labels: z.output<typeof labelsSchema> | null;
    readonly channels?: ChannelChoice;
  },
): readonly KeptChannel[] | null {
  if (image.channels.length === 1) return null;
  const { labels, image: chosen } = input;
  const isSame = labels?.uploadId === chosen.uploadId && labels.image === chosen.image;
  const without = isSame && typeof labels.channel === "number" ? [labels.channel] : [];
  return planChannels(image, chosen.channel, input.channels, without).kept;
}

const importing = costlyCall("volume.startImport", 300, 5);

/** Volumes of one act; each is an import of its own afterwards. */
const MAX_TIMES = 200;

/** Starts the import of a volume; it appears in the list at once, and is usable as soon as its pyramid is written. */
export const startImport = projectProcedure("reviewer")
  .use(atMost(importing))
  .input(
    z.object({
      name: volumeNameSchema,
      specimen: specimenSchema,
      image: uploadedImageSchema,
      /** Null: as the file says. */
      voxelSizeZyx: voxelSizeSchema.nullable(),
      labels: labelsSchema.nullable().default(null),
      /** What becomes of the channels beside `image.channel`; absent: kept where they are few. */
      channels: z.enum(channelChoices).optional(),
      /** Every time point of the file becomes a volume of its own, all or none; `image.time` does not count then. */
      everyTime: z.boolean().default(false),
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
    const everyTime = input.everyTime && image.times > 1;
    const times = everyTime ? Array.from({ length: image.times }, (_, time) => time) : [input.image.time];
    if (times.length > MAX_TIMES)
      throw new Problem({
        tag: "too-many-times",
        what: `The file has ${times.length} time points; at most ${MAX_TIMES} become volumes at once.`,
        hint: "Choose single time points, or write fewer of them into the file.",
      });
    const labelled = { shapeZyx: image.shapeZyx, voxelSizeZyx, image: { times: image.times, time: times[0] } };
    const labels = input.labels && (await resolveLabels(ctx.services, owner, input.labels, labelled));
    if (everyTime && labels && labels.times !== image.times)
      throw new Problem({
        tag: "labels-of-one-time",
        what: "The labels do not have the times of the image: they cannot belong to every one of its volumes.",
        where: `the image has ${image.times} time points, the labels ${labels.times}`,
        hint: "Import the times without labels, and add each volume's labels to it afterwards.",
      });
    const channels = keptChannels(image, input);
    // Each counts as if it had been asked for by itself.
    for (let more = 1; more < times.length; more++) countCall(ctx.services, importing, ctx.user.id);
    const several = times.map((time) => ({
      values: {
        projectId: ctx.projectId,
        name: everyTime ? nameOfTime(input.name, time, image.times) : input.name,
        specimen: input.specimen,
        shapeZyx: image.shapeZyx,
        voxelSizeZyx,
        voxelSizeFrom: fromFile ? "file" : "person",
        pixelType: image.pixelType,
        sourceFileName: origin.kind === "upload" ? origin.fileName : "",
        createdBy: ctx.user.id,
      } as const,
      request: {
        image: everyTime ? atTime(origin, time) : origin,
        ...(channels && { channels }),
        labels: labels && {
          ...labels.request,
          origin: everyTime ? atTime(labels.request.origin, time) : labels.request.origin,
        },
      },
    }));
    const volumeIds = await insertVolumes(ctx.services, several);
    return { volumeId: volumeIds[0], volumeIds };
  });
