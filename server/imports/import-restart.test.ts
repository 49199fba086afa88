import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importJob, project, projectMember, volume } from "../../db/schema/index.ts";
import { readEnvironment } from "../env.ts";
import { poll } from "../ingest/testing/poll.ts";
import { startServer } from "../start-server.ts";
import { copyClusterTemplate } from "../testing/cluster-template.ts";

let dataRoot: string;
beforeAll(async () => {
  dataRoot = await mkdtemp(path.join(tmpdir(), "kl-"));
  await copyClusterTemplate(dataRoot);
});
afterAll(() => rm(dataRoot, { recursive: true, force: true }));

const start = () =>
  startServer(
    readEnvironment({ KARYOLOOP_DATA: dataRoot, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" }),
    async () => null,
  );

it("an import goes on after the server was stopped in the middle of it; one that never ends is given up", async () => {
  const first = await start();
  const { db, authentication } = first.services;
  const { id: userId } = await authentication.createUser({
    name: "Ada",
    email: "ada@example.org",
    password: "a long password",
  });
  const [{ id: projectId }] = await db.insert(project).values({ name: "Embryos", createdBy: userId }).returning();
  await db.insert(projectMember).values({ projectId, userId, role: "owner", pseudonym: "a" });
  const insert = async (name: string, state: "queued" | "running", attempts: number) => {
    const [row] = await db
      .insert(volume)
      .values({
        projectId,
        name,
        specimen: name,
        state: "importing",
        shapeZyx: [48, 256, 256],
        voxelSizeZyx: [1, 0.4, 0.4],
        voxelSizeFrom: "file",
        pixelType: "uint16",
        sourceFileName: "",
        createdBy: userId,
      })
      .returning();
    const request = { image: { kind: "sample", seed: 1, share: 1 }, labels: null } as const;
    await db.insert(importJob).values({ projectId, volumeId: row.id, userId, state, attempts, request });
    return row.id;
  };
  // As a killed server leaves them: marked as running, one of them for the third time.
  const interrupted = await insert("Interrupted", "running", 1);
  const hopeless = await insert("Hopeless", "running", 3);
  await first.services.blobs.put(`volumes/${interrupted}/image.ome.zarr/0/c/9/9/9`, new Uint8Array([1]));
  await first.services.blobs.put(`volumes/${interrupted}/channels/7.ome.zarr/0/c/9/9/9`, new Uint8Array([1]));
  await first.close();

  const second = await start();
  try {
    const stateOf = async (id: string) => (await second.services.db.select().from(volume).where(eq(volume.id, id)))[0];
    const ready = await poll(async () => {
      const row = await stateOf(interrupted);
      return row.state !== "importing" && row;
    }, 120_000);
    expect(ready).toMatchObject({ state: "ready", problem: null });
    expect(ready.levels).toHaveLength(3);
    const failed = await poll(async () => {
      const row = await stateOf(hopeless);
      return row.state !== "importing" && row;
    }, 60_000);
    expect(failed).toMatchObject({ state: "failed", problem: { tag: "import-interrupted" } });
    expect(await second.services.blobs.head(`volumes/${interrupted}/image.ome.zarr/0/c/9/9/9`)).toBeNull();
    expect(await second.services.blobs.head(`volumes/${interrupted}/channels/7.ome.zarr/0/c/9/9/9`)).toBeNull();
    expect(await readdir(path.join(dataRoot, "blobs/volumes"))).toEqual([interrupted]);
  } finally {
    await second.close();
  }
}, 240_000);
