import { statfs } from "node:fs/promises";
import { Problem } from "../../core/problem.ts";

/** Left free for the database. */
export const DISK_RESERVE_BYTES = 512 * 1024 * 1024;

const gigabytes = (bytes: number): string =>
  `${bytes >= 1e11 ? Math.round(bytes / 1e9) : (bytes / 1e9).toPrecision(3)} GB`;

/** Of the disk that this folder lies on; free is what this user may take. */
export async function diskSpace(folder: string): Promise<{ readonly sizeBytes: number; readonly freeBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { sizeBytes: blocks * bsize, freeBytes: bavail * bsize };
}

/** Refuses what the disk of this folder has no room for, before the disk is full: the database lies on it too. */
export async function assertDiskHolds(folder: string, neededBytes: number, what: string): Promise<void> {
  const free = Math.max(0, (await diskSpace(folder)).freeBytes - DISK_RESERVE_BYTES);
  if (neededBytes <= free) return;
  throw new Problem({
    tag: "disk-full",
    what: `${what} needs ${gigabytes(neededBytes)}, but the server's disk has room for only ${gigabytes(free)}.`,
    hint: "Ask whoever runs this server to free some space.",
  });
}
