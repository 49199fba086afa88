import { mkdir, stat } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { upload } from "../../db/schema/index.ts";
import { blobPlanes, writeLargeStack } from "../ingest/testing/large-stack.ts";
import { insertVolume } from "../routers/volume/insert-volume.ts";
import { uploadFile, uploadFolder } from "../storage/import-places.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
let ada: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
});
afterAll(() => server.close());

/** 98 MB of image and as much of labels. */
const shape = [100, 700, 700] as const;
/** Of boxes along each axis. */
const boxes = [7, 20, 20] as const;

/** Boxes of 12 × 24 × 24 voxels with gaps between them: a label each. */
function labelPlane(plane: Uint16Array, z: number): void {
  const [, sizeY, sizeX] = shape;
  plane.fill(0);
  if (z % 16 >= 12) return;
  for (let y = 0; y < sizeY; y++)
    for (let x = 0; x < sizeX; x++)
      if (y % 36 < 24 && x % 36 < 24)
        plane[y * sizeX + x] = 1 + Math.floor(x / 36) + boxes[2] * (Math.floor(y / 36) + boxes[1] * Math.floor(z / 16));
}

/** A complete upload, without sending 200 MB through this process: that would be measured too. */
async function uploaded(fileName: string, fillPlane: (plane: Uint16Array, z: number) => void) {
  const { db } = server.services;
  const owner = { projectId, userId: ada.id, fileName, fingerprint: fileName, sizeBytes: 1 };
  const [{ id }] = await db.insert(upload).values(owner).returning();
  await mkdir(uploadFolder(server.dataRoot, id), { recursive: true });
  const file = uploadFile(server.dataRoot, id);
  await writeLargeStack(file, shape, fillPlane);
  const { size } = await stat(file);
  await db.update(upload).set({ sizeBytes: size, receivedBytes: size });
  return { kind: "upload", uploadId: id, fileName, image: "stack", channel: 0, time: 0 } as const;
}

it("the server answers others while 200 MB are imported, half of it labels", async () => {
  const image = await uploaded("large.tif", blobPlanes());
  const labels = await uploaded("large_labels.tif", labelPlane);
  const client = createTestClient(server.address, ada.cookie);
  const { volumeId } = await insertVolume(
    server.services,
    {
      projectId,
      name: "Large",
      specimen: "embryo 1",
      shapeZyx: [...shape],
      voxelSizeZyx: [2, 0.5, 0.5],
      voxelSizeFrom: "file",
      pixelType: "uint16",
      sourceFileName: "large.tif",
      createdBy: ada.id,
    },
    { image, labels: { origin: labels, mode: "proposals", complete: false } },
  );
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const answers: number[] = [];
  const until = Date.now() + 380_000;
  for (;;) {
    const askedAt = performance.now();
    const row = await client.volume.byId.query({ volumeId });
    answers.push(performance.now() - askedAt);
    if (row.import?.state === "done" || row.import?.state === "failed") {
      expect(row.problem ?? row.import.problem).toBeNull();
      expect(row).toMatchObject({ state: "ready", import: { labels: { count: boxes[0] * boxes[1] * boxes[2] } } });
      break;
    }
    if (Date.now() > until) throw new Error("the import did not end");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  loop.disable();
  answers.sort((a, b) => a - b);
  // On a machine that is busy with other tests: 0.04 s, 0.25 s and 0.8 s were seen, 0.4 s for the loop.
  expect(answers.length).toBeGreaterThan(50);
  expect(answers[answers.length >> 1]).toBeLessThan(300);
  expect(answers[Math.floor(answers.length * 0.95)]).toBeLessThan(1000);
  expect(answers.at(-1)).toBeLessThan(3000);
  expect(loop.max / 1e6).toBeLessThan(2000);
}, 400_000);
