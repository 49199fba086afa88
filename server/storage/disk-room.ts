import { mkdir, statfs } from "node:fs/promises";
import { isProblem, Problem, type ProblemFields } from "../../core/problem.ts";

/** Free of everything but the database and what people paint: an upload must not stop those who work. */
const RESERVE_BYTES = 2e9;
/** Of a small disk. */
const RESERVE_SHARE = 0.05;
/** Looked at again after so much was written. */
const LOOK_EVERY_BYTES = 32e6;

const gigabytes = (bytes: number): string =>
  `${bytes >= 1e11 ? Math.round(bytes / 1e9) : (bytes / 1e9).toPrecision(3)} GB`;

export interface DiskSpace {
  readonly sizeBytes: number;
  /** What this user may take. */
  readonly freeBytes: number;
  readonly reserveBytes: number;
}

/** Of the disk that this folder lies on. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const sizeBytes = blocks * bsize;
  return { sizeBytes, freeBytes: bavail * bsize, reserveBytes: Math.min(RESERVE_BYTES, RESERVE_SHARE * sizeBytes) };
}

/** Above the reserve; `roomBytes` is negative where that is in use already. */
async function lookAt(folder: string): Promise<{ readonly roomBytes: number; readonly reserveBytes: number }> {
  const { freeBytes, reserveBytes } = await diskSpace(folder);
  return { roomBytes: freeBytes - reserveBytes, reserveBytes };
}

/** What may still be written to the disk of this folder without touching the reserve. */
export const roomOn = async (folder: string): Promise<number> => Math.max(0, (await lookAt(folder)).roomBytes);

/** Refuses what the disk of this folder has no room for beside what others were `promised`. */
export async function assertDiskHolds(
  folder: string,
  neededBytes: number,
  what: string,
  promisedBytes = 0,
): Promise<void> {
  const free = Math.max(0, (await roomOn(folder)) - promisedBytes);
  if (neededBytes <= free) return;
  throw new Problem({
    tag: "disk-full",
    what: `${what} needs ${gigabytes(neededBytes)}, but the server's disk has room for only ${gigabytes(free)}.`,
    hint: "Ask whoever runs this server to free some space.",
  });
}

/** Asked before each write of many: refuses with the Problem `disk-full` before the reserve is touched. */
export interface DiskGuard {
  beforeWriting(bytes: number): Promise<void>;
}

export function guardDisk(folder: string): DiskGuard {
  let leftUntilLook = 0;
  return {
    async beforeWriting(bytes) {
      leftUntilLook -= bytes;
      if (leftUntilLook > 0) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { roomBytes, reserveBytes } = await lookAt(folder);
      if (roomBytes < bytes) throw new Problem(diskFull);
      // Small disks are looked at more often: their reserve is smaller, too.
      leftUntilLook = Math.min(LOOK_EVERY_BYTES, reserveBytes / 8, roomBytes - bytes);
    },
  };
}

export const diskFull: ProblemFields = {
  tag: "disk-full",
  what: "The server's disk is full.",
  hint: "Ask whoever runs this server to free some space, then try again: what has arrived is kept.",
};

/** Of the file system; of quotas of the system; of PostgreSQL (disk_full). */
const DISK_FULL_CODES: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "53100"]);

/** The Problem `disk-full` where that is what lies at the bottom of an error; else null. */
export function diskProblemOf(error: unknown): Problem | null {
  let inner = error;
  for (let depth = 0; inner instanceof Error && depth < 10; depth++) {
    if (isProblem(inner)) return inner.tag === diskFull.tag ? inner : null;
    if (DISK_FULL_CODES.has((inner as NodeJS.ErrnoException).code)) return new Problem(diskFull, { cause: error });
    inner = inner.cause;
  }
  return null;
}
