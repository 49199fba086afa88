import { z } from "zod";
import type { FileImage } from "../../../core/import/file-contents.ts";
import type { ImageOrigin } from "../../../core/import/import-request.ts";
import { PLAUSIBLE_UM } from "../../../core/import/voxel-size.ts";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { inspectUpload } from "../../ingest/uploads/inspect-upload.ts";
import type { UploadOwner } from "../../ingest/uploads/upload-store.ts";
import type { Services } from "../../services.ts";

/** One image of an uploaded file, as the person chose it. */
export const uploadedImageSchema = z.object({
  uploadId: z.uuid(),
  image: z.string().max(1024),
  channel: z.int().min(0).max(65_535).default(0),
  time: z.int().min(0).max(1_000_000).default(0),
});

/** µm; anything else is a slip of the unit. */
const lengthSchema = z.number().min(PLAUSIBLE_UM[0]).max(PLAUSIBLE_UM[1]);
export const voxelSizeSchema = z.tuple([lengthSchema, lengthSchema, lengthSchema]);

export const volumeNameSchema = nameSchema(200);
export const specimenSchema = nameSchema(200);

/** Looks the choice up in the file itself: what a page sends is not believed. `timeOf`: where the time follows from the file. */
export async function resolveOrigin(
  services: Services,
  owner: UploadOwner,
  chosen: z.output<typeof uploadedImageSchema>,
  timeOf: (image: FileImage) => number = () => chosen.time,
): Promise<{ origin: ImageOrigin; image: FileImage }> {
  const { fileName, contents } = await inspectUpload(services, owner, chosen.uploadId);
  const image = contents.images.find(({ path }) => path === chosen.image);
  const time = image ? timeOf(image) : chosen.time;
  if (!image || chosen.channel >= image.channels.length || time >= image.times)
    throw new Problem({
      tag: "no-such-image",
      what: "The chosen image, channel or time is not in the file.",
      where: `${fileName}: ${chosen.image}, channel ${chosen.channel + 1}, time ${time + 1}`,
      hint: "Choose again.",
    });
  const { uploadId, channel } = chosen;
  return { origin: { kind: "upload", uploadId, fileName, image: chosen.image, channel, time }, image };
}
