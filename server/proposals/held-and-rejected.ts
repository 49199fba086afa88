import { and, eq, exists, gte, ne, sql } from "drizzle-orm";
import { containsPoint, type VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { claim, prediction, proposal } from "../../db/schema/index.ts";
import type { EarlierProposal } from "../label-worker/label-tasks.ts";

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

/**
 * Undecided ones that outlive a new prediction: somebody is looking at them now, or their middle lies outside of the box that it `replacesIn`.
 * Ascending by label.
 */
export async function heldProposals(
  db: Database | Transaction,
  volumeId: string,
  replacesIn: VoxelBox | null = null,
): Promise<EarlierProposal[]> {
  const isClaimed = and(eq(claim.volumeId, proposal.volumeId), eq(claim.labelValue, proposal.labelValue));
  const lookedAt = db
    .select({ one: sql`1` })
    .from(claim)
    .where(and(isClaimed, gte(claim.expiresAt, sql`now()`)));
  const rows = await db
    .select({ ...columns, centroidZyx: proposal.centroidZyx, isHeld: sql<boolean>`${exists(lookedAt)}` })
    .from(proposal)
    .innerJoin(prediction, eq(prediction.id, proposal.predictionId))
    .where(
      and(
        eq(proposal.volumeId, volumeId),
        eq(proposal.state, "undecided"),
        replacesIn ? ne(prediction.blobPrefix, "") : exists(lookedAt),
      ),
    )
    .orderBy(proposal.labelValue);
  return rows
    .filter(({ isHeld, centroidZyx: [z, y, x] }) => isHeld || !replacesIn || !containsPoint(replacesIn, z, y, x))
    .map(toEarlier);
}

/** What people said is no nucleus, in any prediction; of planted ones that says nothing. Ascending by label. */
export async function rejectedProposals(db: Database | Transaction, volumeId: string): Promise<EarlierProposal[]> {
  const rows = await db
    .select(columns)
    .from(proposal)
    .innerJoin(prediction, eq(prediction.id, proposal.predictionId))
    .where(and(eq(proposal.volumeId, volumeId), eq(proposal.state, "rejected"), eq(proposal.planted, false)))
    .orderBy(proposal.labelValue);
  return rows.map(toEarlier);
}
