import { createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Problem } from "../../core/problem.ts";
import type { Environment } from "../env.ts";
import { secretsFolder } from "../secrets/installation-secret.ts";
import { assertBlobKey, type BlobStore } from "../storage/blob-store.ts";
import { assertDiskHolds } from "../storage/disk-room.ts";
import { uploadFile, uploadFolder } from "../storage/import-places.ts";
import { type BackupHead, type BackupManifest, TABLE_PART_BYTES } from "./archive-format.ts";
import { type ReadPart, readBackup } from "./archive-reader.ts";
import type { OpenedBackup } from "./backup-file.ts";
import { fillTable, type TableFilling } from "./copy-tables.ts";
import {
  assertKnownColumns,
  assertKnownMigration,
  closeGuardedTables,
  makeTables,
  openGuardedTables,
} from "./load-tables.ts";
import { assertEmptyTarget, openRestoreTarget, type RestoreTarget } from "./restore-target.ts";
import { damaged } from "./tar.ts";

export interface Restore {
  readonly backup: OpenedBackup;
  readonly passphrase: string | null;
  readonly environment: Pick<Environment, "dataRoot" | "databaseUrl" | "s3">;
  /** Writes nothing; the target may be anything. */
  readonly checkOnly: boolean;
  readonly signal: AbortSignal;
  say(text: string): void;
  /** Bytes of the archive that were read. */
  onProgress(phase: "checking" | "restoring", bytes: number): void;
}

export interface Restored {
  readonly head: BackupHead;
  readonly manifest: BackupManifest;
}

/** A blob is written whole, and bricks and models are far below this. */
const MAX_BLOB_BYTES = 1 << 30;
const MAX_SECRET_BYTES = 4096;
const MAX_TABLE_PART_BYTES = TABLE_PART_BYTES + (1 << 20);
/** Each put waits for the disk twice: together they share the waits. */
const PUTS_AT_ONCE = 24;
const PUT_BYTES_AT_ONCE = 64 << 20;
/** Rows take this much more than their gzipped text, with indices and log. */
const DATABASE_GROWTH = 12;

/** Reads the whole backup before it touches anything, then fills an empty target, which nobody sees before it is whole. */
export async function restoreBackup(restore: Restore): Promise<Restored> {
  if (!restore.checkOnly) await assertEmptyTarget(restore.environment);
  const { head, manifest, tableBytes } = await checkBackup(restore);
  if (restore.checkOnly) return { head, manifest };
  const target = await openRestoreTarget(restore.environment, restore.say);
  try {
    const onDisk = (restore.environment.s3 ? 0 : manifest.blobBytes) + DATABASE_GROWTH * tableBytes;
    await assertDiskHolds(target.dataRoot, onDisk, "The restored installation");
    await fill(restore, target, head);
    await target.finish();
  } catch (error) {
    await target.abandon();
    throw error;
  }
  return { head, manifest };
}

async function checkBackup(restore: Restore): Promise<Restored & { tableBytes: number }> {
  const { head, parts } = await readBackup(await restore.backup.source(restore.passphrase));
  assertKnownMigration(head);
  let tableBytes = 0;
  const manifest = await walk(restore, "checking", parts, async (part) => {
    assertSize(part);
    if (part.kind === "table") tableBytes += part.size;
    for await (const _ of part.pieces) restore.signal.throwIfAborted();
  });
  return { head, manifest, tableBytes };
}

function assertSize({ kind, name, size }: ReadPart): void {
  const most = { secret: MAX_SECRET_BYTES, table: MAX_TABLE_PART_BYTES, blob: MAX_BLOB_BYTES, upload: Infinity }[kind];
  if (size > most) throw damaged(`${kind} ${name} is too large`);
  if (kind === "blob") assertBlobKey(name);
}

async function walk(
  { signal, onProgress }: Restore,
  phase: "checking" | "restoring",
  parts: AsyncGenerator<ReadPart, BackupManifest>,
  take: (part: ReadPart) => Promise<void>,
): Promise<BackupManifest> {
  let bytes = 0;
  for (;;) {
    signal.throwIfAborted();
    const next = await parts.next();
    if (next.done) return next.value;
    await take(next.value);
    bytes += next.value.size;
    onProgress(phase, bytes);
  }
}

async function fill(restore: Restore, target: RestoreTarget, head: BackupHead): Promise<void> {
  const { client, dataRoot } = target;
  const { parts } = await readBackup(await restore.backup.source(restore.passphrase));
  await makeTables(client, head);
  await assertKnownColumns(client, head);
  await openGuardedTables(client);
  const tables = fillTables(client, head);
  const puts = putTogether(target.blobs);
  const manifest = await walk(restore, "restoring", parts, async (part) => {
    if (part.kind === "table") return tables.add(part.name, await whole(part));
    await tables.end();
    if (part.kind === "blob") return puts.put(part.name, await whole(part));
    if (part.kind === "secret") return writeSecret(dataRoot, part.name, await whole(part));
    await mkdir(uploadFolder(dataRoot, part.name), { recursive: true, mode: 0o700 });
    await pipeline(part.pieces, createWriteStream(uploadFile(dataRoot, part.name), { mode: 0o600, flush: true }));
  });
  await tables.end();
  await closeGuardedTables(client);
  await puts.end();
  for (const { name } of head.tables)
    if ((manifest.rows[name] ?? 0) !== (tables.rows.get(name) ?? 0))
      throw damaged(`table ${name} has ${tables.rows.get(name) ?? 0} rows, not ${manifest.rows[name] ?? 0}`);
}

async function whole(part: ReadPart): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of part.pieces) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The database has made its own password here. */
async function writeSecret(dataRoot: string, name: string, bytes: Buffer): Promise<void> {
  if (name === "database") return;
  await mkdir(secretsFolder(dataRoot), { recursive: true, mode: 0o700 });
  const handle = await open(path.join(secretsFolder(dataRoot), name), "w", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** One table at a time, in the order of the head, as each refers to those before it. */
function fillTables(client: RestoreTarget["client"], { tables }: BackupHead) {
  const rows = new Map<string, number>();
  let current: { name: string; filling: TableFilling } | null = null;
  const end = async (): Promise<void> => {
    if (!current) return;
    const { name, filling } = current;
    current = null;
    rows.set(name, await filling.end().catch((cause) => Promise.reject(refused(name, cause))));
  };
  return {
    rows,
    end,
    async add(name: string, gzipped: Buffer): Promise<void> {
      if (current?.name !== name) {
        await end();
        const table = tables.find((one) => one.name === name);
        if (!table || rows.has(name)) throw damaged(`table ${name} is not expected here`);
        current = { name, filling: fillTable(client, table, TABLE_PART_BYTES) };
      }
      await current.filling.add(gzipped).catch((cause) => Promise.reject(refused(name, cause)));
    },
  };
}

const refused = (table: string, cause: Error): Problem =>
  cause instanceof Problem
    ? cause
    : new Problem(
        { tag: "rows-refused", what: `The database does not take the rows of ${table}.`, where: cause.message },
        { cause },
      );

/** Several blobs on their way at once, bounded in number and bytes; the first that fails is told. */
function putTogether(blobs: BlobStore) {
  const running = new Set<Promise<void>>();
  let bytes = 0;
  let failure: unknown = null;
  return {
    async put(key: string, blob: Buffer): Promise<void> {
      while (running.size >= PUTS_AT_ONCE || (running.size > 0 && bytes + blob.length > PUT_BYTES_AT_ONCE))
        await Promise.race(running);
      if (failure) throw failure;
      bytes += blob.length;
      const one = blobs
        .put(key, blob)
        .catch((error) => {
          failure ??= error;
        })
        .finally(() => {
          bytes -= blob.length;
          running.delete(one);
        });
      running.add(one);
    },
    async end(): Promise<void> {
      await Promise.all(running);
      if (failure) throw failure;
    },
  };
}
