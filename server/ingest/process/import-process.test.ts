import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { writePlainTiff } from "../testing/plain-tiff.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { startImportProcess } from "../worker/start-import-process.ts";
import type { WorkerReport } from "../worker/worker-messages.ts";

const folder = temporaryFolder();

it("its last reports arrive whole, however long they are, though the reader is busy", async () => {
  // Every voxel its own label: the report of their extents has several megabytes.
  const shape = [11, 60, 90] as const;
  const labels = Uint16Array.from({ length: 11 * 60 * 90 }, (_, i) => i + 1);
  const file = path.join(folder, "labels.tif");
  await writeFile(file, writePlainTiff(labels, shape));
  await mkdir(path.join(folder, "scratch"));
  const kinds: WorkerReport["kind"][] = [];
  let extents = 0;
  const worker = startImportProcess(
    {
      kind: "import",
      environment: { dataRoot: folder, s3: null },
      name: "labels",
      shapeZyx: shape,
      voxelSizeZyx: [2, 0.5, 0.5],
      scratchFolder: path.join(folder, "scratch"),
      image: null,
      storedBound: null,
      labels: {
        origin: { kind: "file", file, fileName: "labels.tif", choice: { image: "stack", channel: 0, time: 0 } },
        prefix: "volumes/one/labels.ome.zarr/",
        name: "labels",
        sourceImage: "../../",
        status: "accepted",
        basePrefix: null,
      },
    },
    (report) => {
      kinds.push(report.kind);
      if (report.kind === "labels-written") extents = report.extents.length;
      // The server has other things to do: its side of the channel fills up.
      const until = performance.now() + 30;
      while (performance.now() < until);
    },
  );
  await worker.ended;
  expect(kinds.slice(-2)).toEqual(["labels-written", "done"]);
  expect(extents).toBe(labels.length);
}, 120_000);
