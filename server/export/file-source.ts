import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { bytesInMemory, openFileForReading, type RandomAccessBytes } from "../ingest/voxels/random-access.ts";
import type { ExportFile } from "./export-file.ts";

/** What a rule found wrong. No violation = valid. */
export interface Violation {
  /** Stable id of the rule, e.g. `zarr-dimension-names`. */
  readonly rule: string;
  readonly where: string;
  readonly what: string;
}

export type Say = (rule: string, where: string, what: string) => void;

/** A file that is read where it lies: a stack may be larger than the memory. */
export interface OpenedFile extends RandomAccessBytes {
  close(): Promise<void>;
}

/** Files that a validator reads: an unpacked folder, or an export that has not been packed yet. */
export interface FileSource {
  /** Relative paths, `/` between parts, ascending. */
  readonly paths: readonly string[];
  /** Null where there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** Null where there is no such file; whoever opens it closes it. */
  open(path: string): Promise<OpenedFile | null>;
}

/** Files that are held in memory, by path. */
export function memorySource(files: ReadonlyMap<string, Uint8Array>): FileSource {
  const read = async (name: string) => files.get(name) ?? null;
  return { paths: [...files.keys()].sort(), read, open: (name) => openInMemory(read(name)) };
}

async function openInMemory(read: Promise<Uint8Array | null>): Promise<OpenedFile | null> {
  const bytes = await read;
  return bytes && { ...bytesInMemory(bytes), close: async () => {} };
}

export async function folderSource(folder: string): Promise<FileSource> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort();
  const known = new Set(paths);
  return {
    paths,
    read: async (name) => (known.has(name) ? new Uint8Array(await readFile(path.join(folder, name))) : null),
    open: async (name) => (known.has(name) ? openFileForReading(path.join(folder, name)) : null),
  };
}

/** Files as they would be packed, made anew for each reading. */
export async function exportSource(files: AsyncIterable<ExportFile>): Promise<FileSource> {
  const byPath = new Map<string, ExportFile>();
  for await (const file of files) byPath.set(file.path, file);
  async function read(name: string): Promise<Uint8Array | null> {
    const file = byPath.get(name);
    if (!file) return null;
    const { signal } = new AbortController();
    return new Uint8Array(await buffer(file.bytes(signal)));
  }
  return { paths: [...byPath.keys()].sort(), read, open: (name) => openInMemory(read(name)) };
}

const DIGESTED_AT_ONCE = 8 << 20;

/** Size and SHA-256 of a file of any size; null where there is none. */
export async function digestOf(files: FileSource, path: string): Promise<{ bytes: number; sha256: string } | null> {
  const file = await files.open(path);
  if (!file) return null;
  try {
    const hash = createHash("sha256");
    for (let at = 0; at < file.size; at += DIGESTED_AT_ONCE)
      hash.update(await file.read(at, Math.min(DIGESTED_AT_ONCE, file.size - at), path));
    return { bytes: file.size, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

/** Null where there is no such file, or it is not JSON. */
export async function readJsonFile(files: FileSource, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readAll(files, path));
  } catch {
    return null;
  }
}

/** As text; empty where there is no such file. */
export const readAll = async (files: FileSource, path: string): Promise<string> =>
  Buffer.from((await files.read(path)) ?? []).toString();
