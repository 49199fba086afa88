import type { FileContents } from "../../../core/import/file-contents.ts";
import type { Services } from "../../services.ts";
import { inspectFile } from "../inspect-file.ts";
import { completeUploadFile, type UploadOwner } from "./upload-store.ts";

/** Inspections by upload; an upload never changes once it is complete. */
const inspected = new Map<string, Promise<FileContents>>();
const MAX_KEPT = 200;

export async function inspectUpload(
  services: Services,
  owner: UploadOwner,
  uploadId: string,
): Promise<{ fileName: string; contents: FileContents }> {
  const { row, file } = await completeUploadFile(services, owner, uploadId);
  let contents = inspected.get(uploadId);
  if (!contents) {
    contents = inspectFile(file, row.fileName);
    inspected.set(uploadId, contents);
    contents.catch(() => inspected.delete(uploadId));
    for (const oldest of inspected.keys()) if (inspected.size > MAX_KEPT) inspected.delete(oldest);
  }
  return { fileName: row.fileName, contents: await contents };
}
