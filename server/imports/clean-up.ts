import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { and, asc, eq, inArray, lt, lte, notInArray, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { importJob, upload } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { scratchRoot } from "../storage/data-root.ts";
import { uploadFolder, uploadsFolder, uploadsOf } from "../storage/import-places.ts";

/** An upload that nobody has gone on with for this long is dropped. */
const UPLOAD_KEPT_DAYS = 7;

async function uploadsNeededBy(db: Database, states: (typeof importJob.$inferSelect)["state"][]): Promise<Set<string>> {
  const jobs = await db.select({ request: importJob.request }).from(importJob).where(inArray(importJob.state, states));
  return new Set(jobs.flatMap(({ request }) => uploadsOf(request)));
}

export async function removeUploadFolders(dataRoot: string, uploadIds: readonly string[]): Promise<void> {
  for (const id of uploadIds) await rm(uploadFolder(dataRoot, id), { recursive: true, force: true });
}

/**
 * Uploads whose import is over; kept while another import waits for the same file or may be tried again with it, or
 * somebody has chosen the file again since that import was asked for.
 */
export async function forgetUploads(
  db: Database,
  dataRoot: string,
  job: Pick<typeof importJob.$inferSelect, "request" | "createdAt">,
): Promise<void> {
  const needed = await uploadsNeededBy(db, ["queued", "running", "failed"]);
  const done = uploadsOf(job.request).filter((id) => !needed.has(id));
  if (done.length === 0) return;
  const gone = await db
    .delete(upload)
    .where(and(inArray(upload.id, done), lte(upload.touchedAt, job.createdAt)))
    .returning({ id: upload.id });
  await removeUploadFolders(
    dataRoot,
    gone.map(({ id }) => id),
  );
}

/** Nobody has gone on with it for this long: it may make room for others. */
const ABANDONED_MINUTES = 60;

/**
 * Drops uploads that nobody goes on with and no import needs, the oldest first, until `neededBytes` have come free; of all
 * people or of one. Returns whether anything was dropped.
 */
export async function forgetAbandoned(
  { db, environment }: Services,
  neededBytes: number,
  userId: string | null,
): Promise<boolean> {
  const needed = await uploadsNeededBy(db, ["queued", "running", "failed"]);
  const resting = lt(upload.touchedAt, sql`now() - make_interval(mins => ${ABANDONED_MINUTES})`);
  const unneeded = and(resting, notInArray(upload.id, [...needed]), userId ? eq(upload.userId, userId) : undefined);
  let freed = 0;
  let dropped = 0;
  for (const { id, receivedBytes } of await db.select().from(upload).where(unneeded).orderBy(asc(upload.touchedAt))) {
    // Somebody may have gone on with it since.
    const [gone] = await db
      .delete(upload)
      .where(and(eq(upload.id, id), resting))
      .returning({ id: upload.id });
    if (!gone) continue;
    await removeUploadFolders(environment.dataRoot, [id]);
    dropped++;
    freed += receivedBytes;
    if (freed >= neededBytes) break;
  }
  return dropped > 0;
}

/** At start, before anything is imported, frozen or predicted: scratch files of a stopped server. */
export const sweepScratch = (dataRoot: string): Promise<void> =>
  rm(scratchRoot(dataRoot), { recursive: true, force: true });

const SCRATCH_KEPT_MS = 24 * 3_600_000;

/** Of several servers, others are at work: what nobody has touched for long. */
export async function sweepOldScratch(dataRoot: string): Promise<void> {
  const root = scratchRoot(dataRoot);
  for (const name of await readdir(root).catch(() => [])) {
    const entry = path.join(root, name);
    const info = await stat(entry).catch(() => null);
    if (info && Date.now() - info.mtimeMs > SCRATCH_KEPT_MS) await rm(entry, { recursive: true, force: true });
  }
}

/** Now and then: uploads that nobody has gone on with for a week, and files whose rows are gone. */
export async function sweepUploads(db: Database, dataRoot: string): Promise<void> {
  // Folders first: a folder is made after its row, so one without a row then belongs to nobody.
  const folders = await readdir(uploadsFolder(dataRoot)).catch(() => []);
  const needed = await uploadsNeededBy(db, ["queued", "running"]);
  const tooOld = lt(upload.touchedAt, sql`now() - make_interval(days => ${UPLOAD_KEPT_DAYS})`);
  await db.delete(upload).where(and(tooOld, notInArray(upload.id, [...needed])));
  const kept = new Set((await db.select({ id: upload.id }).from(upload)).map(({ id }) => id));
  await removeUploadFolders(
    dataRoot,
    folders.filter((folder) => !kept.has(folder)),
  );
}
