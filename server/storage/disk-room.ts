import { statfs } from "node:fs/promises";
import { Problem } from "../../core/problem.ts";

/** Left free for the database. */
const RESERVE_BYTES = 512 * 1024 * 1024;

const gigabytes = (bytes: number): string =>
  `${bytes >= 1e11 ? Math.round(bytes / 1e9) : (bytes / 1e9).toPrecision(3)} GB`;

/** Refuses what the disk of this folder has no room for, before the disk is full: the database lies on it too. */
export async function assertDiskHolds(folder: string, neededBytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = Math.max(0, bavail * bsize - RESERVE_BYTES);
  if (neededBytes <= free) return;
  throw new Problem({
    tag: "disk-full",
    what: `${what} needs ${gigabytes(neededBytes)}, but the server's disk has room for only ${gigabytes(free)}.`,
    hint: "Ask whoever runs this server to free some space.",
  });
}
