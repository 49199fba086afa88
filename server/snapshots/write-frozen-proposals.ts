import { BRICK_VOXELS, brickBox } from "../../core/volume/brick.ts";
import { intersectBoxes } from "../../core/volume/voxel-space.ts";
import { readChunksOnce } from "../label-images/read-chunks-once.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import type { FreezeTask, ProposalsToFreeze } from "../label-worker/label-tasks.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { sharingSink } from "./share-chunks.ts";

/** Copies what training needs of the proposals: undecided ones are unknown, rejected ones are background. */
export async function writeFrozenProposals(
  blobs: BlobStore,
  { folder, earlier, environment, shapeZyx, voxelSizeZyx, frozen }: FreezeTask,
  { currentPrefix, undecided, rejected }: ProposalsToFreeze,
): Promise<void> {
  const isOpen = new Set(undecided);
  const readOnce = readChunksOnce(blobs);
  const prefix = `${folder}proposals.ome.zarr/`;
  await writeLabelImage({
    blobs: earlier ? sharingSink(blobs, prefix, `${earlier.folder}proposals.ome.zarr/`) : blobs,
    dataRoot: environment.dataRoot,
    prefix,
    name: "proposals",
    sourceImage: `../../../volumes/${frozen.volumeId}/image.ome.zarr`,
    shapeZyx,
    voxelSizeZyx,
    async readBrick(key) {
      const image = currentPrefix === null ? null : await readLabelChunk(blobs, currentPrefix, key);
      const near = rejected.filter(({ box }) => intersectBoxes(box, brickBox(key, shapeZyx)));
      if (!image && near.length === 0) return null;
      const out = image ?? new Uint32Array(BRICK_VOXELS);
      for (let i = 0; i < out.length; i++) if (out[i] !== 0 && !isOpen.has(out[i])) out[i] = 0;
      for (const one of near) {
        const brick = await readOnce(one.blobPrefix, key);
        if (!brick) continue;
        for (let i = 0; i < brick.length; i++)
          // A newer proposal claims the place again: a doubt is no background.
          if (brick[i] === one.labelValue && out[i] === 0) out[i] = one.labelValue;
      }
      return out;
    },
  });
}
