import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { assertBlobKey, type BlobStore } from "./blob-store.ts";
import { diskProblemOf, guardDisk } from "./disk-room.ts";

const isMissing = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
};

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readAll(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) return bytes.slice(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** Folders known to be durable; looked at anew when there are more. */
const MAX_KNOWN_FOLDERS = 20_000;

/**
 * Makes folders below `root` that a power cut does not take away: a new folder is durable once its parent is. The first
 * put into a folder syncs its parents even where it is there, as whoever made it may have been killed before doing so.
 */
function createFolderMaker(root: string) {
  const known = new Map<string, Promise<void>>();
  const make = (folder: string): Promise<void> => {
    const found = known.get(folder);
    if (found) return found;
    if (known.size >= MAX_KNOWN_FOLDERS) known.clear();
    const parent = path.dirname(folder);
    const made = (async () => {
      if (folder !== root) await make(parent);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await syncFolder(parent);
    })();
    known.set(folder, made);
    made.catch(() => known.delete(folder));
    return made;
  };
  return { make, forget: () => known.clear() };
}

/** Blobs as files below `root`. A put is a temporary file, fsync, rename, fsync of the folder. */
export function createFolderStore(root: string): BlobStore {
  const folders = createFolderMaker(root);
  const guard = guardDisk(root);
  const fileOf = (key: string): string => {
    assertBlobKey(key);
    return path.join(root, key);
  };

  async function* walk(folder: string): AsyncIterable<string> {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch((error) => {
      if (isMissing(error)) return [];
      throw error;
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) yield* walk(`${folder}${entry.name}/`);
      else if (!entry.name.startsWith(".")) yield `${folder}${entry.name}`;
    }
  }

  /** Somebody else may have removed a folder that was known: then it is made anew. */
  async function openNew(folder: string, file: string): Promise<FileHandle> {
    await folders.make(folder);
    try {
      return await open(file, "wx", 0o600);
    } catch (error) {
      if (!isMissing(error)) throw error;
      folders.forget();
      await folders.make(folder);
      return open(file, "wx", 0o600);
    }
  }

  const put: BlobStore["put"] = async (key, bytes, options) => {
    const file = fileOf(key);
    if (!options?.maySpendReserve) await guard.beforeWriting(bytes.length);
    const folder = path.dirname(file);
    const temporary = path.join(folder, `.${randomUUID()}`);
    try {
      const handle = await openNew(folder, temporary);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw diskProblemOf(error) ?? error;
    }
    await syncFolder(folder);
  };

  const get: BlobStore["get"] = async (key, range) => {
    const handle = await open(fileOf(key), "r").catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (!handle) return null;
    try {
      const info = await handle.stat();
      if (info.isDirectory()) return null;
      return await readAll(handle, range?.start ?? 0, Math.min(range?.end ?? info.size, info.size));
    } finally {
      await handle.close();
    }
  };

  /** Where the file system has no more links for a file, or none at all, the bytes are copied. */
  async function copy(from: string, to: string): Promise<boolean> {
    const bytes = await get(from);
    if (bytes) await put(to, bytes);
    return bytes !== null;
  }

  return {
    put,
    get,
    async link(from, to) {
      const file = fileOf(to);
      const folder = path.dirname(file);
      const temporary = path.join(folder, `.${randomUUID()}`);
      await folders.make(folder);
      try {
        await link(fileOf(from), temporary);
        await rename(temporary, file);
      } catch {
        // Missing may also be a folder of ours that somebody removed.
        return copy(from, to);
      } finally {
        await rm(temporary, { force: true }); // a rename onto the same file leaves it
      }
      await syncFolder(folder);
      return true;
    },
    async head(key) {
      const info = await stat(fileOf(key)).catch((error) => {
        if (isMissing(error)) return null;
        throw error;
      });
      return info?.isFile() ? info.size : null;
    },
    async sizeOf(prefix) {
      let bytes = 0;
      for await (const key of walk(prefix)) bytes += (await stat(fileOf(key))).size;
      return bytes;
    },
    list(prefix) {
      assertBlobKey(prefix);
      return walk(prefix);
    },
    async *sizes(prefix) {
      assertBlobKey(prefix);
      for await (const key of walk(prefix)) {
        const info = await stat(fileOf(key)).catch((error) => {
          if (isMissing(error)) return null; // it was removed meanwhile
          throw error;
        });
        if (info) yield { key, sizeBytes: Math.round(info.size / info.nlink) };
      }
    },
    async remove(keyOrPrefix) {
      // Something may still be written below it, by a process that is just being ended: then it is looked through again.
      await rm(fileOf(keyOrPrefix), { recursive: keyOrPrefix.endsWith("/"), force: true, maxRetries: 8 });
      if (keyOrPrefix.endsWith("/")) folders.forget();
    },
  };
}
