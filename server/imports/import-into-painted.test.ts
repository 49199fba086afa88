import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BRICK_VOXELS, brickKeyOf } from "../../core/volume/brick.ts";
import { volume } from "../../db/schema/index.ts";
import { planOverBackground } from "../collab/frozen/plan-over-background.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { authorIn } from "../collab/operations/author-labels.ts";
import { writePlainTiff } from "../ingest/testing/plain-tiff.ts";
import { poll } from "../ingest/testing/poll.ts";
import { uploadBytes } from "../ingest/testing/upload-bytes.ts";
import { leaseLabelValues } from "../proposals/lease-label-values.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const shape = [9, 40, 70] as const;
const at = (z: number, y: number, x: number): number => z * 64 * 64 + y * 64 + x;

it("adds labels to a painted volume as records of the importer: over background only, under new ids", async () => {
  const ada = await server.signUp("Ada Lovelace");
  const projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  const client = createTestClient(server.address, ada.cookie);
  const send = (name: string, pixels: Uint16Array) =>
    uploadBytes(
      server.address,
      ada.cookie,
      projectId,
      name,
      writePlainTiff(pixels, shape, "ImageJ=1.53t\nimages=9\nslices=9\n"),
    );
  const settled = (volumeId: string) =>
    poll(async () => {
      const row = await client.volume.byId.query({ volumeId });
      return row.import?.state === "done" || row.import?.state === "failed" ? row : null;
    }, 110_000);
  const uploadId = await send(
    "embryo.tif",
    Uint16Array.from({ length: 9 * 40 * 70 }, (_, i) => i % 500),
  );
  const { volumeId } = await client.volume.startImport.mutate({
    projectId,
    name: "Embryo",
    specimen: "embryo",
    image: { uploadId, image: "stack" },
    voxelSizeZyx: [2, 0.5, 0.5],
  });
  expect((await settled(volumeId)).state).toBe("ready");

  // Somebody has painted a block: x 0…9 of the first slice.
  const { services } = server;
  const painted = await leaseLabelValues(services.db, volumeId, 1);
  const brick = new Uint32Array(BRICK_VOXELS);
  for (let y = 0; y < 40; y++) brick.fill(painted, at(0, y, 0), at(0, y, 10));
  await liveVolumesOf(services).use(volumeId, (live) =>
    authorIn(live, services, {
      userId: ada.id,
      brickKeys: [0],
      labels: [painted],
      plan: (frozen, keys) => planOverBackground(services.blobs, frozen, keys, async () => brick),
    }),
  );

  // The file's label 7 covers x 5…14 of two slices, 9 lies in the second brick.
  const labels = new Uint16Array(9 * 40 * 70);
  for (const z of [0, 1])
    for (let y = 0; y < 40; y++) {
      labels.fill(7, (z * 40 + y) * 70 + 5, (z * 40 + y) * 70 + 15);
      labels.fill(9, (z * 40 + y) * 70 + 65, (z * 40 + y) * 70 + 70);
    }
  const labelsId = await send("embryo_labels.tif", labels);
  await client.volume.addLabels.mutate({ volumeId, labels: { uploadId: labelsId, image: "stack", mode: "accepted" } });
  const row = await settled(volumeId);
  expect(row.import).toMatchObject({ state: "done", labels: { mode: "accepted", count: 2 } });
  const [{ importedIdMap }] = await services.db.select().from(volume).where(eq(volume.id, volumeId));
  const renamed = importedIdMap ?? {};
  expect(Object.keys(renamed)).toEqual(["7", "9"]);
  expect(Object.values(renamed).every((label) => label > painted)).toBe(true);
  expect(row.baseLabels).toBe("none");

  const live = await liveVolumesOf(services).use(volumeId, async (live) => live);
  const first = await live.labels.readBrick(0);
  expect([0, 4, 5, 9, 10, 14, 15].map((x) => first?.[at(0, 3, x)])).toEqual([
    painted,
    painted,
    painted,
    painted,
    renamed[7],
    renamed[7],
    0,
  ]);
  expect([4, 5, 14, 15].map((x) => first?.[at(1, 3, x)])).toEqual([0, renamed[7], renamed[7], 0]);
  const second = await live.labels.readBrick(brickKeyOf(0, 0, 1));
  expect([0, 1, 5].map((x) => second?.[at(1, 3, x)])).toEqual([0, renamed[9], renamed[9]]);
}, 200_000);
