import type { AsyncReadable } from "@zarrita/storage";

/** Entries of a zip, or files of a folder, as a Zarr store. Names are only ever looked up, never written to a disk; sizes are bounded. */
export interface EntryStore extends AsyncReadable {
  /** What holds them, for words. */
  readonly holder: "zip" | "folder";
  readonly names: Iterable<string>;
  /** Unpacked bytes of an entry, as announced; undefined where there is none. */
  sizeOf(name: string): number | undefined;
  close(): void;
}

export const MAX_ENTRIES = 500_000;
export const MAX_NAME_BYTES = 1024;
export const MAX_NAMES_BYTES = 64 * 1024 * 1024;
/** One chunk or metadata file in memory: a chunk of 128 MB that did not get smaller by being packed. */
export const MAX_ENTRY_BYTES = 160 * 1024 * 1024;
