import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { Problem, type ProblemFields } from "../../../core/problem.ts";
import { upload } from "../../../db/schema/index.ts";
import type { Services } from "../../services.ts";
import { privateHostsOf } from "../../settings/private-hosts.ts";
import { uploadFile } from "../../storage/import-places.ts";
import { assertMayBeAsked } from "../address/guarded-client.ts";
import { nameInAddress, readAddress } from "../address/read-address.ts";
import { roomLeft } from "../quota/room-use.ts";
import { beginUpload, MAX_UPLOAD_BYTES, type UploadOwner } from "../uploads/upload-store.ts";
import { startImportProcess } from "../worker/start-import-process.ts";
import { prepare } from "./preparations.ts";

/**
 * Begins to fetch the OME-Zarr at an address as an upload of this person, or goes on with it. What comes of it is told by
 * `uploadStateOf`; from then on it is an upload like any other.
 */
export async function fetchAddress(services: Services, owner: UploadOwner, text: string): Promise<string> {
  const address = readAddress(text);
  assertMayBeAsked(address, await privateHostsOf(services, "privateImportHosts"));
  const fingerprint = createHash("sha256").update(`address\n${address}`).digest("hex");
  const [known] = await services.db
    .update(upload)
    .set({ touchedAt: sql`now()` })
    .where(
      and(eq(upload.projectId, owner.projectId), eq(upload.userId, owner.userId), eq(upload.fingerprint, fingerprint)),
    )
    .returning();
  const row =
    known ?? (await beginUpload(services, owner, { fileName: nameInAddress(address), sizeBytes: 1, fingerprint }));
  if (row.receivedBytes < row.sizeBytes)
    prepare(services, row.id, owner.userId, (tell, signal) =>
      fetchInto(services, owner, { uploadId: row.id, address }, tell, signal),
    );
  return row.id;
}

async function fetchInto(
  services: Services,
  owner: UploadOwner,
  { uploadId, address }: { readonly uploadId: string; readonly address: URL },
  tell: (phase: string, percent: number | null, bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { db, environment } = services;
  const room = await roomLeft(db, owner, 0);
  let fetched: number | null = null;
  let problem: ProblemFields | null = null;
  tell("Asking for its metadata", null, 0);
  signal.throwIfAborted();
  const process = startImportProcess(
    {
      kind: "fetch",
      address: address.href,
      folder: uploadFile(environment.dataRoot, uploadId),
      privateHosts: await privateHostsOf(services, "privateImportHosts"),
      maxBytes: Math.min(MAX_UPLOAD_BYTES, room?.bytes ?? Number.POSITIVE_INFINITY),
    },
    (report) => {
      if (report.kind === "fetching") {
        const { doneChunks, allChunks, bytes } = report;
        tell(`Fetching: ${doneChunks} of ${allChunks} chunks`, Math.floor((100 * doneChunks) / allChunks), bytes);
        countBytes(bytes, bytes + 1);
      } else if (report.kind === "fetched") fetched = report.bytes;
      else if (report.kind === "failed") problem = report.problem;
    },
  );
  // A row that is gone was dropped: by the person, or with its project.
  let counted: Promise<void> = Promise.resolve();
  const countBytes = (receivedBytes: number, sizeBytes: number): void => {
    counted = counted.then(async () => {
      const rows = await db
        .update(upload)
        .set({ receivedBytes, sizeBytes, touchedAt: sql`now()` })
        .where(eq(upload.id, uploadId))
        .returning({ id: upload.id });
      if (rows.length === 0) await process.kill();
    });
    counted.catch(() => process.kill());
  };
  const stop = () => void process.kill();
  signal.addEventListener("abort", stop, { once: true });
  await process.ended.finally(() => signal.removeEventListener("abort", stop));
  signal.throwIfAborted();
  if (fetched === null) throw new Problem(problem ?? STOPPED_SHORT);
  countBytes(fetched, Math.max(1, fetched));
  await counted;
}

const STOPPED_SHORT: ProblemFields = {
  tag: "fetch-stopped",
  what: "Fetching stopped before its end.",
  hint: "Start it again: what has arrived is kept, and it goes on from there.",
};
