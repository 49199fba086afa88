import { checkResumePoint } from "../checkpoints/read-stored-model.ts";
import type { Services } from "../services.ts";
import { jobFolder } from "./job-blobs.ts";
import { type Lease, renewLease, requireLease } from "./lease.ts";

/**
 * From now on a takeover goes on from here, if the files are what they should be. The row is changed first: the files
 * before are never missed.
 */
export async function setResumePoint(services: Services, lease: Lease, step: number, folder: string): Promise<void> {
  const before = await requireLease(services.db, lease);
  const resumeBlob = `${jobFolder(before)}${folder}/`;
  await checkResumePoint(services.blobs, resumeBlob);
  await renewLease(services.db, lease, { resumeBlob, resumeStep: step });
  if (before.resumeBlob && before.resumeBlob !== resumeBlob) await services.blobs.remove(before.resumeBlob);
}
