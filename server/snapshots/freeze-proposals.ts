import { and, eq } from "drizzle-orm";
import { BRICK_VOXELS, brickBox } from "../../core/volume/brick.ts";
import { intersectBoxes } from "../../core/volume/voxel-space.ts";
import { prediction, proposal, type volume } from "../../db/schema/index.ts";
import type { ReadLabelBrick } from "../label-images/brick-volume-source.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import { createEarlierBricks, rejectedProposals } from "../proposals/held-and-rejected.ts";
import type { Services } from "../services.ts";

/**
 * Copies what training needs of the proposals: undecided ones are unknown, rejected ones are background. Returns the
 * rejected labels, or null where the volume has no proposals at all.
 */
export async function freezeProposals(
  services: Services,
  target: typeof volume.$inferSelect,
  prefix: string,
): Promise<number[] | null> {
  const { db, blobs } = services;
  const rejected = (await rejectedProposals(db, target.id)).filter(({ blobPrefix }) => blobPrefix !== "");
  const [current] = await db
    .select({ blobPrefix: prediction.blobPrefix })
    .from(prediction)
    .where(and(eq(prediction.volumeId, target.id), eq(prediction.current, true)));
  if (!current && rejected.length === 0) return null;
  const undecided = new Set(
    (
      await db
        .select({ labelValue: proposal.labelValue })
        .from(proposal)
        .where(and(eq(proposal.volumeId, target.id), eq(proposal.kind, "nucleus"), eq(proposal.state, "undecided")))
    ).map(({ labelValue }) => labelValue),
  );
  const earlier = createEarlierBricks(blobs);
  const readBrick: ReadLabelBrick = async (key) => {
    const image = (current && (await readLabelChunk(blobs, current.blobPrefix, key))) ?? null;
    const out = image ?? new Uint32Array(BRICK_VOXELS);
    for (let i = 0; i < out.length; i++) if (!undecided.has(out[i])) out[i] = 0;
    for (const one of rejected) {
      if (!intersectBoxes(one.box, brickBox(key, target.shapeZyx))) continue;
      const brick = await earlier(one.blobPrefix, key);
      if (!brick) continue;
      for (let i = 0; i < brick.length; i++)
        // A newer proposal claims the place again: a doubt is no background.
        if (brick[i] === one.labelValue && out[i] === 0) out[i] = one.labelValue;
    }
    return out;
  };
  await writeLabelImage({
    blobs,
    dataRoot: services.environment.dataRoot,
    prefix,
    name: "proposals",
    sourceImage: `../../../volumes/${target.id}/image.ome.zarr`,
    shapeZyx: target.shapeZyx,
    voxelSizeZyx: target.voxelSizeZyx,
    readBrick,
  });
  return rejected.map(({ labelValue }) => labelValue);
}
