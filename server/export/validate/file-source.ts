import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import type { ExportFile } from "../export-file.ts";

/** What a rule found wrong. No violation = valid. */
export interface Violation {
  /** Stable id of the rule, e.g. `zarr-dimension-names`. */
  readonly rule: string;
  readonly where: string;
  readonly what: string;
}

/** Files that a validator reads: an unpacked folder, or an export that has not been packed yet. */
export interface FileSource {
  /** Relative paths, `/` between parts, ascending. */
  readonly paths: readonly string[];
  /** Null where there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
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
  };
}

/** Files as they would be packed, made anew for each reading. */
export async function exportSource(files: AsyncIterable<ExportFile>): Promise<FileSource> {
  const byPath = new Map<string, ExportFile>();
  for await (const file of files) byPath.set(file.path, file);
  return {
    paths: [...byPath.keys()].sort(),
    async read(name) {
      const file = byPath.get(name);
      if (!file) return null;
      const { signal } = new AbortController();
      return new Uint8Array(await buffer(file.bytes(signal)));
    },
  };
}

/** As text; empty where there is no such file. */
export const readAll = async (files: FileSource, path: string): Promise<string> =>
  Buffer.from((await files.read(path)) ?? []).toString();
