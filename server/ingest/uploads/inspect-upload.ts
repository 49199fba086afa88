import type { FileContents } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import type { Services } from "../../services.ts";
import { inspectFile } from "../inspect-file.ts";
import { createFairQueue } from "./fair-queue.ts";
import { completeUploadFile, type UploadOwner } from "./upload-store.ts";

/** Inspections and first looks; each is a process with up to 1.5 GB. */
export const readingQueue = createFairQueue({ atOnce: 2, atOncePerPerson: 1, waiting: 200, waitingPerPerson: 20 });

interface Inspection {
  readonly contents: Promise<FileContents>;
  readonly abort: AbortController;
  /** Requests that wait for it; it ends when the last of them has gone. */
  waiting: number;
}

/** By upload; an upload never changes once it is complete. */
const inspections = new Map<string, Inspection>();
const MAX_KEPT = 200;

const cancelled = (): Problem =>
  new Problem({ tag: "inspection-cancelled", what: "The page that asked for this file has gone.", hint: "Ask again." });

/** What an upload holds. `signal`: whoever asked has gone. */
export async function inspectUpload(
  services: Services,
  owner: UploadOwner,
  uploadId: string,
  signal?: AbortSignal,
): Promise<{ fileName: string; contents: FileContents }> {
  const { row, file } = await completeUploadFile(services, owner, uploadId);
  const inspection = inspections.get(uploadId) ?? startInspection(uploadId, owner.userId, file, row.fileName);
  inspection.waiting++;
  const leave = () => {
    inspection.waiting--;
    if (inspection.waiting > 0) return;
    forget(uploadId, inspection);
    inspection.abort.abort(cancelled());
  };
  if (signal?.aborted) leave();
  else signal?.addEventListener("abort", leave, { once: true });
  try {
    return { fileName: row.fileName, contents: await inspection.contents };
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}

function forget(uploadId: string, inspection: Inspection): void {
  if (inspections.get(uploadId) === inspection) inspections.delete(uploadId);
}

function startInspection(uploadId: string, userId: string, file: string, fileName: string): Inspection {
  const abort = new AbortController();
  const contents = readingQueue.run(userId, () => inspectFile(file, fileName, abort.signal), abort.signal);
  const inspection: Inspection = { contents, abort, waiting: 0 };
  inspections.set(uploadId, inspection);
  contents.catch(() => forget(uploadId, inspection));
  for (const oldest of inspections.keys()) if (inspections.size > MAX_KEPT) inspections.delete(oldest);
  return inspection;
}
