import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { startImportProcess } from "../worker/start-import-process.ts";
import type { WorkerReport } from "../worker/worker-messages.ts";
import { blobPlanes, writeLargeStack } from "./large-stack.ts";

const PREFIX = "volumes/large/image.ome.zarr/";

export interface MeasuredImport {
  readonly peakBytes: number;
  readonly seconds: number;
  /** User and system time of the import process, as of its last look. */
  readonly cpuSeconds: number;
  readonly progress: readonly number[];
  /** The server's own event loop meanwhile: the longest it did not answer. */
  readonly longestStallMs: number;
}

const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

const cpuSecondsOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
};

/**
 * Imports a stack of this shape in the import process and watches its memory and processor time. Linux only: reads /proc.
 * `beside` gets the file and the folder of the pyramid that was made of it, before both go.
 */
export async function measureImport(
  shapeZyx: Zyx,
  beside: (file: string, pyramid: string) => Promise<void> = async () => {},
): Promise<MeasuredImport> {
  const folder = await mkdtemp(path.join(tmpdir(), "karyoloop-memory-"));
  try {
    const file = path.join(folder, "large.tif");
    await writeLargeStack(file, shapeZyx, blobPlanes());
    await mkdir(path.join(folder, "scratch"));
    const progress: number[] = [];
    const ends: { done: boolean; problem: string | null } = { done: false, problem: null };
    const startedAt = performance.now();
    const onReport = (report: WorkerReport): void => {
      if (report.kind === "progress") progress.push(report.done);
      if (report.kind === "done") ends.done = true;
      if (report.kind === "failed") ends.problem = report.problem.what;
    };
    const worker = startImportProcess(
      {
        kind: "import",
        environment: { dataRoot: folder, s3: null },
        name: "large",
        shapeZyx,
        voxelSizeZyx: [2, 0.5, 0.5],
        scratchFolder: path.join(folder, "scratch"),
        image: {
          origin: { kind: "file", file, fileName: "large.tif", choice: { image: "stack", channel: 0, time: 0 } },
          prefix: PREFIX,
          others: [],
        },
        labels: null,
        storedBound: null,
      },
      onReport,
    );
    let peakBytes = 0;
    let cpuSeconds = 0;
    let longestStallMs = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longestStallMs = Math.max(longestStallMs, performance.now() - last - 20);
      last = performance.now();
      peakBytes = Math.max(peakBytes, peakOf(worker.pid ?? 0));
      cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(worker.pid ?? 0));
    }, 20);
    await worker.ended;
    clearInterval(watch);
    if (!ends.done) throw new Error(`the import did not finish: ${ends.problem}`);
    const seconds = (performance.now() - startedAt) / 1000;
    await beside(file, path.join(folder, "blobs", PREFIX));
    return { peakBytes, seconds, cpuSeconds, progress, longestStallMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
