import type { SnapshotManifest } from "../../core/contract/snapshot-manifest.ts";
import { isTruth, type LabelStatus } from "../../core/labels/label-status.ts";
import { type FrozenVolumeLabels, openFrozenLabels } from "../collab/frozen/frozen-labels.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import type { FreezeTask, FrozenImage } from "../label-worker/label-tasks.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { statusInSnapshot } from "./frozen-status.ts";
import { shareAll, sharingSink } from "./share-chunks.ts";
import { writeFrozenProposals } from "./write-frozen-proposals.ts";

/** The labels and proposals of a volume as they go into a snapshot. What is as in the snapshot before is shared with it. */
export async function writeFrozenVolume(blobs: BlobStore, task: FreezeTask): Promise<FrozenImage> {
  const labels = await openFrozenLabels(blobs, task.frozen);
  const unfinished = new Set(task.unfinishedLabels);
  const approved = task.approvedLabels && new Set(task.approvedLabels);
  const statusOf = (label: number) => {
    const status = statusInSnapshot(labels.fieldsOf(label).status, unfinished.has(label));
    // Unknown, and not background: nobody says that there is none.
    return approved && isTruth(status) && !approved.has(label) ? "unfinished" : status;
  };
  const values = await writeLabels(blobs, task, labels, statusOf);
  if (task.proposals) await writeFrozenProposals(blobs, task, task.proposals);
  return {
    kind: "freeze",
    nuclei: values.map((label): SnapshotManifest["nuclei"][number] => {
      const fields = labels.fieldsOf(label);
      const merged = labels.membersOf(label).filter((member) => member !== label);
      return {
        label,
        status: statusOf(label),
        class: fields.class ?? null,
        origin: fields.origin ?? null,
        by: labels.lastTouchedBy(label)?.userId ?? null,
        ...(merged.length > 0 && { merged }),
      };
    }),
  };
}

/** Returns the labels that have voxels, ascending. */
async function writeLabels(
  blobs: BlobStore,
  task: FreezeTask,
  labels: FrozenVolumeLabels,
  statusOf: (label: number) => LabelStatus,
): Promise<number[]> {
  const { earlier, frozen } = task;
  const prefix = `${task.folder}labels.ome.zarr/`;
  const before = earlier && `${earlier.folder}labels.ome.zarr/`;
  const factsOf = (label: number) => ({ status: statusOf(label), class: labels.fieldsOf(label).class ?? null });
  if (before && earlier.isSame) {
    const values = await shareLabels(blobs, prefix, before, factsOf);
    if (values) return values;
  }
  const extents = await writeLabelImage({
    blobs: before ? sharingSink(blobs, prefix, before) : blobs,
    dataRoot: task.environment.dataRoot,
    shapeZyx: task.shapeZyx,
    voxelSizeZyx: task.voxelSizeZyx,
    prefix,
    name: "labels",
    sourceImage: `../../../volumes/${frozen.volumeId}/image.ome.zarr`,
    readBrick: labels.readBrick,
    propertiesOf: ({ label }) => factsOf(label),
  });
  return extents.map(({ label }) => label);
}

interface LabelGroup {
  attributes: { ome: { "image-label": { properties: { "label-value": number }[] } } };
}

/** Not a voxel has changed: only what is said of the labels is written. Null where the image before cannot be read. */
async function shareLabels(
  blobs: BlobStore,
  prefix: string,
  before: string,
  factsOf: (label: number) => object,
): Promise<number[] | null> {
  const stored = await blobs.get(`${before}zarr.json`);
  if (!stored) return null;
  await shareAll(blobs, prefix, before, "zarr.json");
  const group = JSON.parse(new TextDecoder().decode(stored)) as LabelGroup;
  const image = group.attributes.ome["image-label"];
  const values = image.properties.map((one) => one["label-value"]);
  image.properties = values.map((label) => ({ ...factsOf(label), "label-value": label }));
  await blobs.put(`${prefix}zarr.json`, Buffer.from(JSON.stringify(group)));
  return values;
}
