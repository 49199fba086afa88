import { and, eq, inArray, isNotNull, isNull, ne } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import {
  checkpoint,
  datasetVersion,
  labelBaseVersion,
  labelBlob,
  prediction,
  snapshot,
  snapshotVolume,
  trainingJob,
  volume,
  volumeChannel,
} from "../../db/schema/index.ts";
import { baseBrickPrefix, foldedBrickPrefix, paintBlobKey } from "../collab/base/label-blob-keys.ts";
import { sharedPrefixes, volumesKeptByVersions } from "../export/freezing/kept-images.ts";
import { datasetFolder } from "../export/frozen/dataset-blobs.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { channelPrefix, channelsPrefix, imagePrefix, volumePrefix } from "../storage/import-places.ts";
import { snapshotFolder, snapshotVolumeFolder } from "../storage/snapshot-places.ts";

/** What the rows of one moment say is in the blob store. What is being written at that moment is not among it. */
export interface NamedBlobs {
  /** Everything below these belongs to a row, but for what lies below `except`. */
  readonly folders: readonly { readonly prefix: string; readonly except?: string }[];
  /** Keys that must be there: the description of each image, what was painted, a file of each model. */
  required(): AsyncIterable<string>;
}

/** Volumes that are ready hold what they hold for good; imports that run begin anew, and so do exports that freeze. */
export async function findNamedBlobs(db: Database | Transaction): Promise<NamedBlobs> {
  const volumes = await db
    .select({ id: volume.id, baseLabels: volume.baseLabels, imageOf: volume.imageOf })
    .from(volume)
    .where(eq(volume.state, "ready"));
  const predictions = await db
    .select({ blobPrefix: prediction.blobPrefix })
    .from(prediction)
    .innerJoin(volume, eq(prediction.volumeId, volume.id))
    .where(and(ne(prediction.blobPrefix, ""), eq(volume.state, "ready")));
  const snapshots = await db.select({ id: snapshot.id }).from(snapshot).where(isNotNull(snapshot.completedAt));
  const frozen = await db
    .select({ snapshotId: snapshotVolume.snapshotId, volumeId: snapshotVolume.volumeId })
    .from(snapshotVolume)
    .innerJoin(snapshot, eq(snapshotVolume.snapshotId, snapshot.id))
    .where(isNotNull(snapshot.completedAt));
  const datasets = await db
    .select({ id: datasetVersion.id })
    .from(datasetVersion)
    .where(eq(datasetVersion.state, "ready"));
  const keptImages = (await volumesKeptByVersions(db)).flatMap(sharedPrefixes);
  const channels = await db
    .select({ volumeId: volumeChannel.volumeId, index: volumeChannel.index })
    .from(volumeChannel)
    .innerJoin(volume, eq(volume.id, volumeChannel.volumeId))
    .where(and(eq(volumeChannel.labelled, false), isNull(volume.imageOf)));
  const models = await db.select({ blobPrefix: checkpoint.blobPrefix }).from(checkpoint);
  const resumed = await db
    .select({ resumeBlob: trainingJob.resumeBlob })
    .from(trainingJob)
    .where(and(isNotNull(trainingJob.resumeBlob), inArray(trainingJob.state, ["queued", "leased"])));
  const painted = await db.select({ volumeId: labelBlob.volumeId, sha256: labelBlob.sha256 }).from(labelBlob);
  const folded = await db.select({ blob: labelBaseVersion.blob }).from(labelBaseVersion);

  return {
    folders: [
      ...volumes.flatMap(({ id, baseLabels }) =>
        baseLabels === "imported"
          ? [{ prefix: imagePrefix(id) }, { prefix: baseBrickPrefix(id) }, { prefix: `${volumePrefix(id)}paint/` }]
          : [{ prefix: imagePrefix(id), except: `${imagePrefix(id)}labels/` }, { prefix: `${volumePrefix(id)}paint/` }],
      ),
      ...volumes.flatMap(({ id }) => [{ prefix: channelsPrefix(id) }, { prefix: foldedBrickPrefix(id) }]),
      ...predictions.map(({ blobPrefix }) => ({ prefix: blobPrefix })),
      ...snapshots.map(({ id }) => ({ prefix: snapshotFolder(id) })),
      ...datasets.map(({ id }) => ({ prefix: datasetFolder(id) })),
      ...keptImages.map((prefix) => ({ prefix })),
      ...models.map(({ blobPrefix }) => ({ prefix: blobPrefix })),
      ...resumed.flatMap(({ resumeBlob }) => (resumeBlob ? [{ prefix: resumeBlob }] : [])),
    ],
    async *required() {
      for (const { id, imageOf } of volumes) if (!imageOf) yield `${imagePrefix(id)}zarr.json`;
      for (const { volumeId, index } of channels) yield `${channelPrefix(volumeId, index)}zarr.json`;
      for (const { blobPrefix } of predictions) yield `${blobPrefix}zarr.json`;
      for (const { snapshotId, volumeId } of frozen)
        yield `${snapshotVolumeFolder(snapshotId, volumeId)}labels.ome.zarr/zarr.json`;
      for (const { blobPrefix } of models) yield `${blobPrefix}model.json`;
      for (const { volumeId, sha256 } of painted) yield paintBlobKey(volumeId, sha256);
      for (const { blob } of folded) if (blob) yield blob;
    },
  };
}

export async function* keysOf(blobs: BlobStore, named: NamedBlobs): AsyncIterable<string> {
  for (const { prefix, except } of named.folders)
    for await (const key of blobs.list(prefix)) if (!except || !key.startsWith(except)) yield key;
}

const LOOKED_FOR_AT_ONCE = 16;

/** Up to `atMost` keys that rows name and that are not there. */
export async function findMissingBlobs(blobs: BlobStore, named: NamedBlobs, atMost: number): Promise<string[]> {
  const missing: string[] = [];
  let batch: string[] = [];
  const look = async (): Promise<void> => {
    const sizes = await Promise.all(batch.map((key) => blobs.head(key)));
    missing.push(...batch.filter((_, i) => sizes[i] === null));
    batch = [];
  };
  for await (const key of named.required()) {
    batch.push(key);
    if (batch.length >= LOOKED_FOR_AT_ONCE) await look();
    if (missing.length >= atMost) break;
  }
  await look();
  return missing.slice(0, atMost);
}
