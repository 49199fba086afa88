import { Problem } from "../../core/problem.ts";
import { openFrozenLabels } from "../collab/frozen/frozen-labels.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";
import type { ReadLabelBrick } from "../label-images/brick-volume-source.ts";
import { readChunksOnce } from "../label-images/read-chunks-once.ts";
import { readLabelChunk, unzipLabelBrick } from "../label-images/read-label-chunk.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import type { ComposedImage, ComposeTask } from "../label-worker/label-tasks.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { composeProposals } from "./compose-proposals.ts";
import { nameAll, type OpenImage, plantWrong, withPlants } from "./plant-wrong.ts";

/** Composes the image of a new prediction and stores it. `openImage` opens the volume's image, for what is planted. */
export async function writeComposedProposals(
  blobs: BlobStore,
  task: ComposeTask,
  openImage: OpenImage,
): Promise<ComposedImage> {
  const { shapeZyx, voxelSizeZyx, predictedKeys, predictedVoxels, held, rejected, prefix, firstLabel } = task;
  const live = await openFrozenLabels(blobs, task.frozen);
  const composed = await composeProposals({
    shapeZyx,
    predicted: predictedReader(blobs, task),
    predictedKeys,
    predictedVoxels,
    live: live.readBrick,
    held,
    rejected,
    earlier: readChunksOnce(blobs),
  });
  const plants = task.plants
    ? await plantWrong(task, task.plants, {
        kept: new Set(composed.kept),
        readPredicted: predictedReader(blobs, task),
        readComposed: composed.readBrick(new Map(composed.kept.map((id) => [id, id]))),
        readLive: live.readBrick,
        openImage,
      })
    : [];
  const { labelOf, plantLabels } = nameAll(composed.kept, plants.length, firstLabel, task.plants?.seed ?? "");
  const extents = await writeLabelImage({
    blobs,
    dataRoot: task.environment.dataRoot,
    prefix,
    name: "proposals",
    sourceImage: "../../../image.ome.zarr",
    shapeZyx,
    voxelSizeZyx,
    readBrick: withPlants(composed.readBrick(labelOf), plants, plantLabels, shapeZyx),
  });
  const byLabel = new Map(extents.map((extent) => [extent.label, extent]));
  const extentOf = new Map<number, LabelExtent>();
  for (const [predicted, label] of labelOf) {
    const extent = byLabel.get(label);
    if (extent) extentOf.set(predicted, extent);
  }
  const planted = plants.flatMap(({ sourceId }, i) => {
    const extent = byLabel.get(plantLabels[i]);
    return extent ? [{ sourceId, extent }] : [];
  });
  return { kind: "compose", extentOf, suppressed: composed.suppressed, planted };
}

/** Bricks of instance ids; those that are named must all be there and whole, others are empty. */
function predictedReader(blobs: BlobStore, { predicted, predictedKeys }: ComposeTask): ReadLabelBrick {
  if (predicted.kind === "image") return (key) => readLabelChunk(blobs, predicted.prefix, key);
  const named = new Set(predictedKeys);
  return async (key) => {
    if (!named.has(key)) return null;
    const gzipped = await blobs.get(`${predicted.folder}${key}`);
    const brick = gzipped && (await unzipLabelBrick(gzipped, `brick ${key}`).catch(() => null));
    if (!brick)
      throw new Problem({
        tag: "prediction-damaged",
        what: gzipped ? "A brick of the prediction cannot be unpacked." : "A brick of the prediction was not uploaded.",
        where: `brick ${key}`,
        hint: "The same prediction comes out wrong again: look at the trainer's log, or run another trainer.",
      });
    return brick;
  };
}
