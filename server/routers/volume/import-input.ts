import { z } from "zod";
import type { FileImage } from "../../../core/import/file-contents.ts";
import type { ImageOrigin, ImportRequest } from "../../../core/import/import-request.ts";
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

export const labelsSchema = uploadedImageSchema.extend({
  mode: z.enum(["accepted", "proposals"]),
  /** Every nucleus of the volume is in it; only for accepted ones. */
  complete: z.boolean().default(false),
});

/** Proposals are never complete: nobody has judged them. */
export const labelsRequest = (
  origin: ImageOrigin,
  { mode, complete }: z.output<typeof labelsSchema>,
): NonNullable<ImportRequest["labels"]> => ({ origin, mode, complete: complete && mode === "accepted" });

/** µm; up to a centimetre, down to a picometre: anything else is a slip of the unit. */
export const voxelSizeSchema = z.tuple([
  z.number().gt(1e-6).lt(1e4),
  z.number().gt(1e-6).lt(1e4),
  z.number().gt(1e-6).lt(1e4),
]);

export const volumeNameSchema = nameSchema(200);
export const specimenSchema = nameSchema(200);

/** Looks the choice up in the file itself: what a page sends is not believed. */
export async function resolveOrigin(
  services: Services,
  owner: UploadOwner,
  chosen: z.output<typeof uploadedImageSchema>,
): Promise<{ origin: ImageOrigin; image: FileImage }> {
  const { fileName, contents } = await inspectUpload(services, owner, chosen.uploadId);
  const image = contents.images.find(({ path }) => path === chosen.image);
  if (!image || chosen.channel >= image.channels.length || chosen.time >= image.times)
    throw new Problem({
      tag: "no-such-image",
      what: "The chosen image, channel or time is not in the file.",
      where: `${fileName}: ${chosen.image}, channel ${chosen.channel + 1}, time ${chosen.time + 1}`,
      hint: "Choose again.",
    });
  const { uploadId, channel, time } = chosen;
  return { origin: { kind: "upload", uploadId, fileName, image: chosen.image, channel, time }, image };
}
