import { open } from "node:fs/promises";
import path from "node:path";
import { isConvertible, SIGNATURE_BYTES } from "../../../core/import/other-formats.ts";
import type { Services } from "../../services.ts";
import { scratchRoot } from "../../storage/data-root.ts";
import { convertFile } from "../convert/convert-file.ts";
import { findConverted } from "../convert/converted.ts";
import { findConverter } from "../convert/find-converter.ts";
import { roomLeft } from "../quota/room-use.ts";
import { completeUploadFile, type UploadOwner } from "../uploads/upload-store.ts";
import { prepare } from "./preparations.ts";

/** Without a bound of the administrator's: what a converter makes is larger than the file, by no more than this. */
const MOST_TIMES = 40;
const LEAST_BYTES = 10e9;

/** Begins to convert a complete upload where that is what it needs and the installation has a converter; else does nothing. */
export async function convertUpload(services: Services, owner: UploadOwner, uploadId: string): Promise<void> {
  const { row, file } = await completeUploadFile(services, owner, uploadId);
  const head = await headOf(file);
  if (!head || !isConvertible(head, row.fileName) || (await findConverted(file))) return;
  const converter = await findConverter(services.environment);
  if (!converter) return;
  prepare(services, uploadId, owner.userId, async (tell, signal) => {
    const room = await roomLeft(services.db, owner, 0);
    await convertFile(
      converter,
      {
        file,
        fileName: row.fileName,
        scratch: path.join(scratchRoot(services.environment.dataRoot), `convert-${uploadId}`),
        maxBytes: Math.min(room?.bytes ?? Number.POSITIVE_INFINITY, Math.max(LEAST_BYTES, MOST_TIMES * row.sizeBytes)),
      },
      (percent, bytes) => tell(`Converting with ${converter.name}: ${Math.floor(bytes / 1e6)} MB`, percent, bytes),
      signal,
    );
  });
}

/** Null for a folder, which was fetched and needs nothing. */
async function headOf(file: string): Promise<Uint8Array | null> {
  const handle = await open(file, "r");
  try {
    const info = await handle.stat();
    if (info.isDirectory()) return null;
    const head = new Uint8Array(Math.min(SIGNATURE_BYTES, info.size));
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
