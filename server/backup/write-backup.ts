import { Problem } from "../../core/problem.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { BACKUP_FORMAT, TABLE_PART_BYTES, tablePartName } from "./archive-format.ts";
import { ArchiveWriter } from "./archive-writer.ts";
import type { ByteSink } from "./byte-stream.ts";
import { dumpTable } from "./copy-tables.ts";
import { findMissingBlobs, keysOf } from "./named-blobs.ts";
import type { Snapshot } from "./snapshot.ts";

export interface BackupSource {
  readonly snapshot: Snapshot;
  readonly blobs: BlobStore;
  /** By name. */
  readonly secrets: ReadonlyMap<string, Buffer>;
  /** Of the product. */
  readonly version: string;
  readonly signal: AbortSignal;
  /** How far it is; `of` is null until that is known. */
  onProgress(progress: BackupProgress): void;
}

export interface BackupProgress {
  readonly phase: "tables" | "files";
  readonly done: number;
  readonly of: number | null;
  readonly bytes: number;
}

export interface BackupSummary {
  readonly rows: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that rows name and that are not there; at most a hundred. */
  readonly missing: readonly string[];
}

/** A store across a network answers each question after a while: so many are asked at once. */
const READ_AHEAD = 8;
const MISSING_SHOWN = 100;

/** Writes everything of one moment to `sink`: first the tables of a snapshot, then the blobs that its rows name. */
export async function writeBackup(source: BackupSource, sink: ByteSink): Promise<BackupSummary> {
  const { snapshot, secrets } = source;
  const archive = await ArchiveWriter.begin(sink, {
    format: BACKUP_FORMAT,
    version: source.version,
    madeAt: new Date().toISOString(),
    migration: snapshot.migration,
    tables: snapshot.tables.map(({ name, columns }) => ({ name, columns: [...columns] })),
  });
  for (const [name, secret] of secrets) await archive.add(`secrets/${name}`, secret);
  const rows = await writeTables(source, archive);
  await snapshot.endReading();
  await writeUploads(source, archive);
  const written = await writeBlobs(source, archive);
  const missing = await findMissingBlobs(source.blobs, snapshot.named, MISSING_SHOWN);
  await snapshot.assertHeld();
  await archive.end({ format: BACKUP_FORMAT, rows, ...written, uploads: snapshot.uploads.length, missing });
  return {
    rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
    blobs: written.blobs,
    bytes: archive.bytes,
    missing,
  };
}

async function writeTables(
  { snapshot, signal, onProgress }: BackupSource,
  archive: ArchiveWriter,
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const [index, table] of snapshot.tables.entries()) {
    const parts = dumpTable(snapshot.client, table, TABLE_PART_BYTES);
    for (let number = 1; ; number++) {
      signal.throwIfAborted();
      const part = await parts.next();
      if (part.done) {
        rows[table.name] = part.value;
        break;
      }
      await archive.add(tablePartName(table.name, number), part.value);
      onProgress({ phase: "tables", done: index, of: snapshot.tables.length, bytes: archive.bytes });
    }
  }
  return rows;
}

async function writeUploads({ snapshot, signal }: BackupSource, archive: ArchiveWriter): Promise<void> {
  for (const { id, handle } of snapshot.uploads) {
    const { size } = await handle.stat();
    const pieces = handle.createReadStream({ autoClose: false, start: 0, end: size - 1, signal });
    await archive.addStream(`uploads/${id}`, size, size === 0 ? [] : pieces);
  }
}

async function writeBlobs(
  { snapshot, blobs, signal, onProgress }: BackupSource,
  archive: ArchiveWriter,
): Promise<{ blobs: number; blobBytes: number }> {
  let of = 0;
  for await (const _ of keysOf(blobs, snapshot.named)) of++;
  let done = 0;
  let blobBytes = 0;
  for await (const { key, bytes } of readAhead(keysOf(blobs, snapshot.named), (key) => blobs.get(key))) {
    signal.throwIfAborted();
    if (!bytes) throw new Problem({ tag: "blob-gone", what: "A blob went while it was being backed up.", where: key });
    await archive.add(`blobs/${key}`, bytes);
    done++;
    blobBytes += bytes.length;
    onProgress({ phase: "files", done, of, bytes: archive.bytes });
  }
  return { blobs: done, blobBytes };
}

/** In the order of the keys, with some of the next on their way. */
async function* readAhead<T>(
  keys: AsyncIterable<string>,
  read: (key: string) => Promise<T>,
): AsyncGenerator<{ key: string; bytes: T }> {
  const waiting: { key: string; bytes: Promise<T> }[] = [];
  const first = async () => {
    const { key, bytes } = waiting.shift() as (typeof waiting)[number];
    return { key, bytes: await bytes };
  };
  for await (const key of keys) {
    const bytes = read(key);
    bytes.catch(() => {}); // told when its turn comes
    waiting.push({ key, bytes });
    if (waiting.length >= READ_AHEAD) yield await first();
  }
  while (waiting.length > 0) yield await first();
}
