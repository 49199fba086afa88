import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { startImportProcess } from "../worker/start-import-process.ts";
import type { WorkerReport } from "../worker/worker-messages.ts";

export interface MeasuredImport {
  readonly peakBytes: number;
  readonly seconds: number;
  readonly progress: readonly number[];
  /** The server's own event loop meanwhile: the longest it did not answer. */
  readonly longestStallMs: number;
}

/** A big stack like ImageJ writes it over 4 GB, one directory and then voxels, made without holding it in memory. */
async function writeLargeStack(file: string, [sizeZ, sizeY, sizeX]: Zyx): Promise<void> {
  const handle = await open(file, "w");
  const text = Buffer.from(`ImageJ=1.53t\nimages=${sizeZ}\nslices=${sizeZ}\nunit=micron\nspacing=2\n\0`, "latin1");
  const dataAt = 4096;
  const head = Buffer.alloc(dataAt);
  head.write("II", 0, "latin1");
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  const entries: [number, number, number, number][] = [
    [256, 4, 1, sizeX],
    [257, 4, 1, sizeY],
    [258, 3, 1, 16],
    [259, 3, 1, 1],
    [270, 2, text.length, 1024],
    [273, 4, 1, dataAt],
    [277, 3, 1, 1],
    [278, 4, 1, sizeY],
    [279, 4, 1, sizeY * sizeX * 2],
    [282, 5, 1, 512],
    [283, 5, 1, 512],
  ];
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    head.writeUInt16LE(tag, 10 + 12 * i);
    head.writeUInt16LE(type, 12 + 12 * i);
    head.writeUInt32LE(count, 14 + 12 * i);
    head.writeUInt32LE(value, 18 + 12 * i);
  });
  head.writeUInt32LE(2, 512);
  head.writeUInt32LE(1, 516);
  text.copy(head, 1024);
  await handle.write(head);
  // Smooth blobs with noise: compresses like microscopy, not like zeros.
  const plane = new Uint16Array(sizeY * sizeX);
  let noise = 1;
  for (let z = 0; z < sizeZ; z++) {
    for (let i = 0; i < plane.length; i++) {
      noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
      plane[i] = 300 + ((i >> 5) % 64) * 20 + ((z * 7) % 100) + (noise >>> 27);
    }
    await handle.write(new Uint8Array(plane.buffer));
  }
  await handle.close();
}

const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};

/** Imports a stack of this shape in the import process and watches its memory. Linux only: reads /proc. */
export async function measureImport(shapeZyx: Zyx): Promise<MeasuredImport> {
  const folder = await mkdtemp(path.join(tmpdir(), "karyoloop-memory-"));
  try {
    const file = path.join(folder, "large.tif");
    await writeLargeStack(file, shapeZyx);
    await mkdir(path.join(folder, "scratch"));
    const progress: number[] = [];
    const ends: { done: boolean; problem: string | null } = { done: false, problem: null };
    const startedAt = Date.now();
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
          prefix: "volumes/large/image.ome.zarr/",
        },
        labels: null,
      },
      onReport,
    );
    let peakBytes = 0;
    let longestStallMs = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longestStallMs = Math.max(longestStallMs, performance.now() - last - 20);
      last = performance.now();
      peakBytes = Math.max(peakBytes, peakOf(worker.pid ?? 0));
    }, 20);
    await worker.ended;
    clearInterval(watch);
    if (!ends.done) throw new Error(`the import did not finish: ${ends.problem}`);
    return { peakBytes, seconds: (Date.now() - startedAt) / 1000, progress, longestStallMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
