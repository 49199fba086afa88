import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";
import { broken, type Finding, look, ok } from "./finding.ts";

const GB = 1e9;
const inGb = (bytes: number): string => `${(bytes / GB).toFixed(bytes < 10 * GB ? 1 : 0)} GB`;

export interface DiskFacts {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** 0 where the file system does not count them. */
  readonly totalInodes: number;
  readonly freeInodes: number;
}

export async function readDisk(folder: string): Promise<DiskFacts> {
  const { blocks, bavail, bsize, files, ffree } = await statfs(folder);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize, totalInodes: files, freeInodes: ffree };
}

/** Below 1 GB the server refuses imports and trainings, and the database follows soon. */
export function judgeDisk(folder: string, disk: DiskFacts): Finding[] {
  const where = `The disk of ${folder}`;
  const hint =
    "Free some space: delete volumes and dataset versions that nobody needs, or move the data to a larger disk.";
  const share = disk.freeBytes / disk.totalBytes;
  const said = `${where} has ${inGb(disk.freeBytes)} of ${inGb(disk.totalBytes)} free`;
  const space =
    disk.freeBytes < GB
      ? broken("disk", `${said}: next to nothing.`, hint)
      : disk.freeBytes < 10 * GB || share < 0.05
        ? look("disk", `${said}: a few imports fill it.`, hint)
        : ok("disk", `${said}.`);
  if (disk.totalInodes === 0) return [space];
  const left = disk.freeInodes / disk.totalInodes;
  const percent = `${(100 * left).toFixed(1)} % of its files (inodes) left`;
  if (left > 0.05) return [space, ok("inodes", `${where} has ${percent}.`)];
  const many = "Each brick of a volume is a file: move the data to a file system made for more, or to an object store.";
  return [space, (left < 0.01 ? broken : look)("inodes", `${where} has only ${percent}.`, many)];
}

export interface MemoryFacts {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

export function readMemory(): MemoryFacts {
  const limit = process.constrainedMemory?.() ?? 0;
  const totalBytes = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  const available = existsSync("/proc/meminfo")
    ? Number(/MemAvailable:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) * 1024
    : 0;
  return { totalBytes, availableBytes: Math.min(totalBytes, available || os.freemem()) };
}

export function judgeMemory({ totalBytes, availableBytes }: MemoryFacts): Finding[] {
  const said = `${inGb(totalBytes)} of memory, ${inGb(availableBytes)} of it available`;
  if (totalBytes < 1.8 * GB)
    return [
      broken("memory", `${said}: too little to import or train.`, "Give this machine or container 8 GB or more."),
    ];
  if (totalBytes < 7 * GB || availableBytes < GB)
    return [look("memory", `${said}.`, "Large volumes and training want 8 GB; end what else runs here, or add some.")];
  return [ok("memory", `${said}.`)];
}

/** Releases that still get their security fixes at the end of 2026. */
const MAINTAINED = [22, 24];

export function judgeNode(version: string): Finding[] {
  const [major, minor] = version.split(".").map(Number);
  const hint = "Install Node 24 (or 22) from nodejs.org or your distribution.";
  if (major < 20 || (major === 20 && minor < 19))
    return [broken("node", `Node ${version} is older than this product can run on.`, hint)];
  if (!MAINTAINED.includes(major) && major < Math.max(...MAINTAINED))
    return [look("node", `Node ${version} gets no security fixes any more.`, hint)];
  return [ok("node", `Node ${version}.`)];
}

/** Names of NVIDIA GPUs that the driver shows. */
export async function findGpus(): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], {
      timeout: 15_000,
    });
    return stdout.trim().split("\n").filter(Boolean);
  } catch {
    return existsSync("/proc/driver/nvidia/version") ? ["NVIDIA GPU"] : [];
  }
}
