import { mkdir, open, rm } from "node:fs/promises";
import { and, count, eq, gt, sql } from "drizzle-orm";
import { isProblem, Problem } from "../../../core/problem.ts";
import type { Transaction } from "../../../db/client.ts";
import { upload } from "../../../db/schema/index.ts";
import { forgetAbandoned } from "../../imports/clean-up.ts";
import type { Services } from "../../services.ts";
import { assertDiskHolds, diskProblemOf, guardDisk } from "../../storage/disk-room.ts";
import { uploadFile, uploadFolder, uploadsFolder } from "../../storage/import-places.ts";
import { promisedRoomOf } from "../../storage/promised-room.ts";
import { assertWithinQuotas } from "../quota/room-use.ts";

/** One piece of a file: small enough that a broken connection loses little, large enough for few requests. */
export const UPLOAD_PIECE_BYTES = 8 * 1024 * 1024;
/** Of one file; the disk is checked besides. */
export const MAX_UPLOAD_BYTES = 256 * 1024 ** 3;
/** With those that wait for their import: of a large folder that is sent by the command line. */
const MAX_UPLOADS_PER_PERSON = 2000;
/** Longer than a broken connection usually lasts. */
const PROMISED_MINUTES = 15;
export type UploadRow = typeof upload.$inferSelect;

export interface UploadOwner {
  readonly projectId: string;
  readonly userId: string;
}

/** The upload of this very file by this person, begun before or now. The same file chosen again goes on where it stopped. */
export async function beginUpload(
  services: Services,
  owner: UploadOwner,
  file: { fileName: string; sizeBytes: number; fingerprint: string },
): Promise<UploadRow> {
  const { db, environment } = services;
  const same = and(
    eq(upload.projectId, owner.projectId),
    eq(upload.userId, owner.userId),
    eq(upload.fingerprint, file.fingerprint),
  );
  const [known] = await db.update(upload).set({ touchedAt: sql`now()` }).where(same).returning();
  if (known && known.sizeBytes === file.sizeBytes) return known;
  if (known) await dropUpload(services, known.id);
  await mkdir(uploadsFolder(environment.dataRoot), { recursive: true, mode: 0o700 });
  const created = await takeIn(services, owner, file).catch(async (error) => {
    // What nobody goes on with makes room for what somebody wants to send.
    const short = diskProblemOf(error) ?? (isProblem(error) && error.tag === TOO_MANY ? error : null);
    if (!short || !(await forgetAbandoned(services, file.sizeBytes, short.tag === TOO_MANY ? owner.userId : null)))
      throw error;
    return takeIn(services, owner, file);
  });
  await mkdir(uploadFolder(environment.dataRoot, created.id), { recursive: true, mode: 0o700 });
  return created;
}

/** Checks and takes one after the other: two that begin at once must not both get the last room. */
const takeIn = (
  services: Services,
  owner: UploadOwner,
  file: { fileName: string; sizeBytes: number; fingerprint: string },
): Promise<UploadRow> =>
  services.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('upload'))`);
    await assertFewUploads(tx, owner.userId);
    await assertWithinQuotas(tx, owner, file.sizeBytes, file.fileName);
    const promised = (await promisedToUploads(tx)) + promisedRoomOf(services).bytes;
    await assertDiskHolds(services.environment.dataRoot, file.sizeBytes, file.fileName, promised);
    const [created] = await tx
      .insert(upload)
      .values({ ...owner, ...file })
      .onConflictDoUpdate({
        target: [upload.projectId, upload.userId, upload.fingerprint],
        set: { touchedAt: sql`now()` },
      })
      .returning();
    return created;
  });

const TOO_MANY = "too-many-uploads";

async function assertFewUploads(tx: Transaction, userId: string): Promise<void> {
  const [{ uploads }] = await tx.select({ uploads: count() }).from(upload).where(eq(upload.userId, userId));
  if (uploads < MAX_UPLOADS_PER_PERSON) return;
  throw new Problem({
    tag: TOO_MANY,
    what: `You have ${uploads} uploads on this server that are not imported yet.`,
    hint: "Import some of them, or remove them from the import page, then go on.",
  });
}

/** What is still to come of files that somebody is sending. One that rests for longer has to ask again. */
async function promisedToUploads(tx: Transaction): Promise<number> {
  const [{ bytes }] = await tx
    .select({ bytes: sql<string>`coalesce(sum(${upload.sizeBytes} - ${upload.receivedBytes}), 0)` })
    .from(upload)
    .where(gt(upload.touchedAt, sql`now() - make_interval(mins => ${PROMISED_MINUTES})`));
  return Number(bytes);
}

export async function findUpload(services: Services, owner: UploadOwner, uploadId: string): Promise<UploadRow> {
  const [row] = await services.db
    .select()
    .from(upload)
    .where(and(eq(upload.id, uploadId), eq(upload.projectId, owner.projectId), eq(upload.userId, owner.userId)));
  if (row) return row;
  throw new Problem({
    tag: "upload-gone",
    what: "This upload is no longer there.",
    hint: "Choose the file again; it is uploaded anew.",
  });
}

/**
 * Appends a piece. Durable before it is counted; a piece that does not start where the last one ended changes nothing.
 * Returns how much is there now: the sender goes on from it.
 */
export async function appendPiece(
  services: Services,
  owner: UploadOwner,
  uploadId: string,
  offset: number,
  piece: Uint8Array,
): Promise<number> {
  return services.db.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(upload)
      .where(and(eq(upload.id, uploadId), eq(upload.projectId, owner.projectId), eq(upload.userId, owner.userId)))
      .for("update");
    if (!row) await findUpload(services, owner, uploadId);
    if (offset !== row.receivedBytes) return row.receivedBytes;
    if (offset + piece.length > row.sizeBytes)
      throw new Problem({
        tag: "upload-too-long",
        what: "More bytes arrived than the file was said to have.",
        where: row.fileName,
        hint: "The file changed while it was uploaded. Choose it again.",
      });
    await assertWithinQuotas(tx, owner, 0, row.fileName);
    const written = await writePiece(services.environment.dataRoot, uploadId, offset, piece);
    const receivedBytes = written ? offset + piece.length : 0;
    await tx.update(upload).set({ receivedBytes, touchedAt: sql`now()` }).where(eq(upload.id, uploadId));
    return receivedBytes;
  });
}

/** False where the earlier pieces are gone from the disk: the file has to come anew. */
async function writePiece(dataRoot: string, uploadId: string, offset: number, piece: Uint8Array): Promise<boolean> {
  const folder = uploadFolder(dataRoot, uploadId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await guardDisk(folder).beforeWriting(piece.length);
  // "a" would ignore the position; "r+" needs the file to be there.
  const handle = await open(uploadFile(dataRoot, uploadId), offset === 0 ? "w" : "r+", 0o600).catch((error) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!handle) return false;
  try {
    for (let done = 0; done < piece.length; ) {
      const { bytesWritten } = await handle.write(piece, done, piece.length - done, offset + done);
      done += bytesWritten;
    }
    await handle.datasync();
    return true;
  } catch (error) {
    throw diskProblemOf(error) ?? error;
  } finally {
    await handle.close();
  }
}

/** The path of a complete upload. */
export async function completeUploadFile(
  services: Services,
  owner: UploadOwner,
  uploadId: string,
): Promise<{ row: UploadRow; file: string }> {
  const row = await findUpload(services, owner, uploadId);
  if (row.receivedBytes < row.sizeBytes)
    throw new Problem({
      tag: "upload-incomplete",
      what: `Only ${row.receivedBytes} of ${row.sizeBytes} bytes have arrived.`,
      where: row.fileName,
      hint: "Choose the file again to go on with the upload.",
    });
  return { row, file: uploadFile(services.environment.dataRoot, uploadId) };
}

export async function dropUpload({ db, environment }: Services, uploadId: string): Promise<void> {
  await db.delete(upload).where(eq(upload.id, uploadId));
  await rm(uploadFolder(environment.dataRoot, uploadId), { recursive: true, force: true });
}
