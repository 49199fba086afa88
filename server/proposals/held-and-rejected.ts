import { and, eq, gte, sql } from "drizzle-orm";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { claim, prediction, proposal } from "../../db/schema/index.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import type { BlobStore } from "../storage/blob-store.ts";

/** A proposal of an earlier prediction whose voxels still matter. */
export interface EarlierProposal {
  readonly labelValue: number;
  readonly box: VoxelBox;
  readonly voxels: number;
  readonly blobPrefix: string;
}

const columns = {
  labelValue: proposal.labelValue,
  minZyx: proposal.minZyx,
  maxZyx: proposal.maxZyx,
  voxels: proposal.voxels,
  blobPrefix: prediction.blobPrefix,
};

const toEarlier = (row: {
  labelValue: number;
  minZyx: VoxelBox["minZyx"];
  maxZyx: VoxelBox["maxZyx"];
  voxels: number;
  blobPrefix: string;
}): EarlierProposal => ({
  labelValue: row.labelValue,
  box: { minZyx: row.minZyx, maxZyx: row.maxZyx },
  voxels: row.voxels,
  blobPrefix: row.blobPrefix,
});

/** Undecided ones that somebody is looking at now: they outlive a new prediction. Ascending by label. */
export async function heldProposals(db: Database | Transaction, volumeId: string): Promise<EarlierProposal[]> {
  const rows = await db
    .select(columns)
    .from(proposal)
    .innerJoin(prediction, eq(prediction.id, proposal.predictionId))
    .innerJoin(claim, and(eq(claim.volumeId, proposal.volumeId), eq(claim.labelValue, proposal.labelValue)))
    .where(and(eq(proposal.volumeId, volumeId), eq(proposal.state, "undecided"), gte(claim.expiresAt, sql`now()`)))
    .orderBy(proposal.labelValue);
  return rows.map(toEarlier);
}

/** What people said is no nucleus, in any prediction. Ascending by label. */
export async function rejectedProposals(db: Database | Transaction, volumeId: string): Promise<EarlierProposal[]> {
  const rows = await db
    .select(columns)
    .from(proposal)
    .innerJoin(prediction, eq(prediction.id, proposal.predictionId))
    .where(and(eq(proposal.volumeId, volumeId), eq(proposal.state, "rejected")))
    .orderBy(proposal.labelValue);
  return rows.map(toEarlier);
}

/** Reads bricks of earlier predictions, each once: neighbours in one brick are the rule. Keeps at most 64 (64 MB). */
export function createEarlierBricks(blobs: BlobStore): (prefix: string, key: BrickKey) => Promise<Uint32Array | null> {
  const kept = new Map<string, Promise<Uint32Array | null>>();
  return (prefix, key) => {
    const name = `${prefix}${key}`;
    let brick = kept.get(name);
    if (!brick) {
      brick = readLabelChunk(blobs, prefix, key);
      if (kept.size >= 64) kept.delete(kept.keys().next().value as string);
      kept.set(name, brick);
    }
    return brick;
  };
}
