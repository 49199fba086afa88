import { readdir, rm } from "node:fs/promises";
import { and, eq, inArray, lt, lte, or, sql } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { importJob, upload } from "../../../db/schema/index.ts";
import { scratchRoot, uploadFolder, uploadsFolder, uploadsOf } from "./import-places.ts";

/** An upload that nobody has gone on with for this long is dropped. */
const UPLOAD_KEPT_DAYS = 7;

/**
 * Uploads whose import is over; kept while another import waits for the same file, or somebody has chosen it again since
 * that import was asked for.
 */
export async function forgetUploads(
  db: Database,
  dataRoot: string,
  job: Pick<typeof importJob.$inferSelect, "request" | "createdAt">,
): Promise<void> {
  const waiting = await db
    .select({ request: importJob.request })
    .from(importJob)
    .where(or(eq(importJob.state, "queued"), eq(importJob.state, "running")));
  const needed = new Set(waiting.flatMap(({ request }) => uploadsOf(request)));
  const done = uploadsOf(job.request).filter((id) => !needed.has(id));
  if (done.length === 0) return;
  const gone = await db
    .delete(upload)
    .where(and(inArray(upload.id, done), lte(upload.touchedAt, job.createdAt)))
    .returning({ id: upload.id });
  for (const { id } of gone) await rm(uploadFolder(dataRoot, id), { recursive: true, force: true });
}

/** At start: scratch files of a stopped server, uploads too old, and files whose rows are gone. */
export async function sweepImportFolders(db: Database, dataRoot: string): Promise<void> {
  await rm(scratchRoot(dataRoot), { recursive: true, force: true });
  await db.delete(upload).where(lt(upload.touchedAt, sql`now() - make_interval(days => ${UPLOAD_KEPT_DAYS})`));
  const kept = new Set((await db.select({ id: upload.id }).from(upload)).map(({ id }) => id));
  const folders = await readdir(uploadsFolder(dataRoot)).catch(() => []);
  for (const folder of folders)
    if (!kept.has(folder)) await rm(uploadFolder(dataRoot, folder), { recursive: true, force: true });
}
