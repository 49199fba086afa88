import { open, opendir } from "node:fs/promises";
import path from "node:path";
import type { RangeQuery } from "@zarrita/storage";
import { Problem } from "../../../core/problem.ts";
import { type EntryStore, MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_NAME_BYTES, MAX_NAMES_BYTES } from "./entry-store.ts";

/** A folder of our own making: what was fetched from an address, or what a converter wrote. Links in it are not followed. */
export async function openFolderStore(folder: string): Promise<EntryStore> {
  const names = new Set<string>();
  let nameBytes = 0;
  for await (const name of filesBelow(folder, "")) {
    nameBytes += Buffer.byteLength(name);
    if (names.size >= MAX_ENTRIES || name.length > MAX_NAME_BYTES || nameBytes > MAX_NAMES_BYTES)
      throw new Problem({
        tag: "folder-too-many",
        what: `The folder holds more than ${MAX_ENTRIES} files, or names of a length that no volume has.`,
        hint: "Store the volume with larger chunks or with shards.",
      });
    names.add(name);
  }
  const sizes = new Map<string, number>();

  const read = async (key: string, query: RangeQuery | null): Promise<Uint8Array | undefined> => {
    const name = key.replace(/^\//, "");
    if (!names.has(name)) return undefined;
    const handle = await open(path.join(folder, name), "r");
    try {
      const { size } = await handle.stat();
      sizes.set(name, size);
      const start = !query ? 0 : "suffixLength" in query ? Math.max(0, size - query.suffixLength) : query.offset;
      const end = !query || "suffixLength" in query ? size : query.offset + query.length;
      const inside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start;
      if (!inside || end > size)
        throw new Problem({
          tag: "file-truncated",
          what: "A shard points outside of itself: it is damaged or cut off.",
          where: name,
          hint: "Compare the file with the original.",
        });
      if (end - start > MAX_ENTRY_BYTES)
        throw new Problem({
          tag: "file-too-large",
          what: `${end - start} bytes would have to be read at once.`,
          where: name,
          hint: "Store the volume with chunks of less than 128 MB.",
        });
      const bytes = new Uint8Array(end - start);
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw new Error(`${name} became shorter while it was read`);
        filled += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  };

  return {
    holder: "folder",
    names,
    // Only whether it is there is asked before it was read.
    sizeOf: (name) => (names.has(name) ? (sizes.get(name) ?? 0) : undefined),
    get: (key) => read(key, null),
    getRange: (key, query) => read(key, query),
    close() {},
  };
}

async function* filesBelow(root: string, below: string): AsyncIterable<string> {
  for await (const entry of await opendir(path.join(root, below))) {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* filesBelow(root, name);
    else if (entry.isFile()) yield name;
  }
}
