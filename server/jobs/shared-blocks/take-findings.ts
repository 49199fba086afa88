import { randomUUID } from "node:crypto";
import type { ClaimedBlockRow } from "../../auth/block-token.ts";
import { HttpRefusal } from "../../entrance/route.ts";
import type { Services } from "../../services.ts";
import { beginWriting, dropWritten, keepWritten } from "../../storage/blob-removal.ts";
import { assertBlockLease, changeHeldBlock } from "./block-lease.ts";
import { findingsFolder } from "./drop-plans.ts";

/** Of the smallest gzip. */
const LEAST_BYTES = 20;

/**
 * Keeps what a trainer found in a block, for the holder of the job, who looks at every number of it. Said again, because the
 * answer was lost, it changes nothing; nor does it once the block is somebody else's.
 */
export async function takeFindings(
  services: Services,
  row: ClaimedBlockRow,
  leaseToken: number,
  readBody: () => Promise<Uint8Array>,
): Promise<void> {
  const isSaidAgain = row.block.state === "found" && row.block.leaseToken === leaseToken;
  if (!isSaidAgain) assertBlockLease(row, leaseToken);
  const packed = await readBody();
  if (isSaidAgain) return;
  if (packed.length < LEAST_BYTES || packed[0] !== 0x1f || packed[1] !== 0x8b)
    throw new HttpRefusal(400, "These are no findings.");
  const findingsBlob = `${findingsFolder(row.plan)}${randomUUID()}`;
  await beginWriting(services.db, findingsBlob, services.cluster?.id);
  let isKept = false;
  try {
    await services.blobs.put(findingsBlob, packed);
    await services.db.transaction(async (tx) => {
      await keepWritten(tx, findingsBlob);
      // The upload may have outlived the lease.
      await changeHeldBlock(tx, row, leaseToken, { state: "found", findingsBlob });
    });
    isKept = true;
  } finally {
    if (!isKept) await dropWritten(services, findingsBlob);
  }
}
