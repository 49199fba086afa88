import type { KeptChannel } from "../../core/import/file-channels.ts";
import type { ImageOrigin, ImportRequest } from "../../core/import/import-request.ts";
import type { importJob, volume } from "../../db/schema/index.ts";
import type { Environment } from "../env.ts";
import type { ImportTask, OriginTask } from "../ingest/worker/worker-messages.ts";
import {
  basePrefix,
  channelPrefix,
  IMPORTED_LABELS,
  imagePrefix,
  importedLabelsPrefix,
  incomingLabelsPrefix,
  scratchFolder,
  uploadFile,
} from "../storage/import-places.ts";

export type ImportJobRow = typeof importJob.$inferSelect;
export type VolumeRow = typeof volume.$inferSelect;

/** Channels that are kept to look at. */
export const otherChannels = ({ channels }: ImportRequest): readonly KeptChannel[] =>
  channels?.filter(({ labelled }) => !labelled) ?? [];

/** The task of the import process for a job. `asBase`: nothing was painted yet, the labels become the ground of the volume. */
export function taskOf(
  environment: Environment,
  job: ImportJobRow,
  target: VolumeRow,
  asBase: boolean,
  storedBound: ImportTask["storedBound"],
): ImportTask {
  const { dataRoot, s3 } = environment;
  const origin = (from: ImageOrigin): OriginTask =>
    from.kind === "sample"
      ? from
      : {
          kind: "file",
          file: uploadFile(dataRoot, from.uploadId),
          fileName: from.fileName,
          choice: { image: from.image, channel: from.channel, time: from.time },
        };
  const { image, labels } = job.request;
  return {
    kind: "import",
    storedBound,
    environment: { dataRoot, s3 },
    name: target.name,
    shapeZyx: target.shapeZyx,
    voxelSizeZyx: target.voxelSizeZyx,
    scratchFolder: scratchFolder(dataRoot, job.id),
    image: image && {
      origin: origin(image),
      prefix: imagePrefix(target.id),
      others: otherChannels(job.request).map(({ index, name, color }) => ({
        index,
        name,
        color,
        prefix: channelPrefix(target.id, index),
      })),
    },
    labels: labels && {
      origin: origin(labels.origin),
      parts: labels.parts,
      colours: labels.colours,
      facts: labels.facts,
      ...(asBase
        ? {
            prefix: importedLabelsPrefix(target.id),
            name: IMPORTED_LABELS,
            sourceImage: "../../",
            status: "accepted",
            basePrefix: basePrefix(target.id),
          }
        : {
            prefix: incomingLabelsPrefix(target.id, job.id),
            name: "incoming",
            sourceImage: "../../image.ome.zarr",
            status: "proposed",
            basePrefix: null,
          }),
    },
  };
}
