import { and, eq } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { prediction, proposal } from "../../db/schema/index.ts";
import type { ProposalsToFreeze } from "../label-worker/label-tasks.ts";
import { rejectedProposals } from "../proposals/held-and-rejected.ts";

/** What a snapshot holds of a volume's proposals, all of one moment; null where it has none at all. */
export const findProposalsToFreeze = (db: Database, volumeId: string): Promise<ProposalsToFreeze | null> =>
  db.transaction((tx) => readProposals(tx, volumeId), { isolationLevel: "repeatable read" });

async function readProposals(db: Transaction, volumeId: string): Promise<ProposalsToFreeze | null> {
  const rejected = (await rejectedProposals(db, volumeId)).filter(({ blobPrefix }) => blobPrefix !== "");
  const [current] = await db
    .select({ blobPrefix: prediction.blobPrefix })
    .from(prediction)
    .where(and(eq(prediction.volumeId, volumeId), eq(prediction.current, true)));
  if (!current && rejected.length === 0) return null;
  const undecided = await db
    .select({ labelValue: proposal.labelValue })
    .from(proposal)
    .where(
      and(
        ...[eq(proposal.volumeId, volumeId), eq(proposal.kind, "nucleus"), eq(proposal.state, "undecided")],
        // As if it were not there: it is neither background nor a doubt.
        eq(proposal.planted, false),
      ),
    );
  return {
    currentPrefix: current?.blobPrefix ?? null,
    undecided: undecided.map(({ labelValue }) => labelValue),
    rejected,
  };
}
