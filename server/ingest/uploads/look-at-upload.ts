import type { FirstLook } from "../../../core/import/first-look.ts";
import type { ImageOrigin } from "../../../core/import/import-request.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { Services } from "../../services.ts";
import { uploadFile } from "../../storage/import-places.ts";
import { lookAtFiles } from "../look/look-at-files.ts";
import type { FileOrigin } from "../worker/worker-messages.ts";
import { readingQueue } from "./inspect-upload.ts";

export interface WantedLook {
  /** Of the image and of its labels. */
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx | null;
  readonly image: ImageOrigin | null;
  readonly labels: { readonly origin: ImageOrigin; readonly colours: boolean } | null;
}

/** A first look at uploaded files, in turn with the inspections of everybody. */
export function lookAtUpload(
  { environment }: Services,
  userId: string,
  { image, labels, ...space }: WantedLook,
  signal: AbortSignal,
): Promise<FirstLook> {
  const fileOf = (origin: ImageOrigin | null): FileOrigin | null =>
    origin?.kind === "upload"
      ? {
          kind: "file",
          file: uploadFile(environment.dataRoot, origin.uploadId),
          fileName: origin.fileName,
          choice: { image: origin.image, channel: origin.channel, time: origin.time },
        }
      : null;
  const labelFile = fileOf(labels?.origin ?? null);
  const task = {
    kind: "look",
    ...space,
    image: fileOf(image),
    labels: labels && labelFile && { origin: labelFile, colours: labels.colours },
  } as const;
  const where = [image, labels?.origin].flatMap((one) => (one?.kind === "upload" ? [one.fileName] : [])).join(", ");
  return readingQueue.run(userId, () => lookAtFiles(task, where, signal), signal);
}
