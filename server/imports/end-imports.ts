import type { Services } from "../services.ts";
import { forgetUploads } from "./clean-up.ts";
import { stopImport } from "./import-queue.ts";
import type { ImportJobRow } from "./import-task.ts";
import { removePartialBlobs } from "./run-import.ts";

/** After the rows of these jobs were deleted: ends what still runs, and removes what they wrote and were reading from. */
export async function endImports(services: Services, jobs: readonly ImportJobRow[]): Promise<void> {
  for (const job of jobs) {
    await stopImport(services, job.id);
    await removePartialBlobs(services, job);
    await forgetUploads(services.db, services.environment.dataRoot, job);
  }
}
