import { checkResumePoint } from "../checkpoints/read-stored-model.ts";
import type { Services } from "../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { jobFolder } from "./job-blobs.ts";
import { type Lease, renewLease, requireLease } from "./lease.ts";

/** From now on a takeover goes on from here, if the files are what they should be. Those before go after the row has changed. */
export async function setResumePoint(services: Services, lease: Lease, step: number, folder: string): Promise<void> {
  const before = await requireLease(services.db, lease);
  const resumeBlob = `${jobFolder(before)}${folder}/`;
  await checkResumePoint(services.blobs, resumeBlob);
  await services.db.transaction(async (tx) => {
    await renewLease(tx, lease, { resumeBlob, resumeStep: step });
    if (before.resumeBlob && before.resumeBlob !== resumeBlob) await scheduleBlobRemoval(tx, [before.resumeBlob]);
  });
  await removeScheduledBlobs(services.db, services.blobs);
}
