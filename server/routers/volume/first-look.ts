import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { volume } from "../../../db/schema/index.ts";
import { costlyCall } from "../../call-rate.ts";
import { lookAtUpload } from "../../ingest/uploads/look-at-upload.ts";
import { atMost, projectProcedure } from "../../trpc.ts";
import { resolveOrigin, uploadedImageSchema, voxelSizeSchema } from "./import-input.ts";
import { labelsSchema, resolveLabels } from "./import-labels.ts";

/** Three cuts of what was chosen, image and labels together, and what the labels leave open; nothing is kept. */
export const firstLook = projectProcedure("reviewer")
  .use(atMost(costlyCall("volume.firstLook", 300, 5)))
  .input(
    z.object({
      /** Null where labels are added to a volume that is there. */
      image: uploadedImageSchema.nullable(),
      volumeId: z.uuid().nullable().default(null),
      /** As it would be sent with the import; the cuts have its proportions. */
      voxelSizeZyx: voxelSizeSchema.nullable(),
      labels: labelsSchema.nullable().default(null),
      /** False: only what the labels leave open is asked for, and the image is not read. */
      withPicture: z.boolean().default(true),
    }),
  )
  .mutation(async ({ ctx, input, signal }) => {
    const { services } = ctx;
    const owner = { projectId: ctx.projectId, userId: ctx.user.id };
    const image = input.image && (await resolveOrigin(services, owner, input.image));
    const [target] = input.volumeId
      ? await services.db.select().from(volume).where(eq(volume.id, input.volumeId))
      : [undefined];
    const there = target?.projectId === ctx.projectId ? target : undefined;
    const shapeZyx = image?.image.shapeZyx ?? there?.shapeZyx;
    if (!shapeZyx)
      throw new Problem({
        tag: "nothing-chosen",
        what: "There is nothing to look at.",
        hint: "Choose an image, or the volume that the labels belong to.",
      });
    const voxelSizeZyx = input.voxelSizeZyx ?? image?.image.voxelSizeZyx ?? there?.voxelSizeZyx ?? null;
    const labels =
      input.labels &&
      (await resolveLabels(services, owner, input.labels, {
        shapeZyx,
        voxelSizeZyx,
        image: image && { times: image.image.times, time: input.image?.time ?? 0 },
      }));
    return lookAtUpload(
      services,
      owner.userId,
      {
        shapeZyx,
        voxelSizeZyx,
        image: input.withPicture ? (image?.origin ?? null) : null,
        labels: labels && { origin: labels.origin, colours: labels.request.colours ?? false },
      },
      signal ?? new AbortController().signal,
    );
  });
