import { readdirSync, readFileSync } from "node:fs";
import { asc } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importJob } from "../../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { writePlainTiff } from "../testing/plain-tiff.ts";
import { poll } from "../testing/poll.ts";
import { uploadBytes } from "../testing/upload-bytes.ts";

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  ben = await server.signUp("Ben Franklin");
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [ben, "reviewer"],
  ]);
});
afterAll(() => server.close());

const shape = [3, 20, 30] as const;
const file = writePlainTiff(
  Uint16Array.from({ length: 1800 }, (_, i) => i % 700),
  shape,
);
const upload = (who: TestPerson, name: string) => uploadBytes(server.address, who.cookie, projectId, name, file);

/** Reader processes of this server. Linux only. */
function readers(): number {
  let count = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const isOurs = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ")[1] === String(process.pid);
      if (isOurs && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("import-process")) count++;
    } catch {
      // It has ended meanwhile.
    }
  return count;
}

it.skipIf(process.platform !== "linux")(
  "many inspections at once: two readers, one per person, and a page that went away is not read for",
  async () => {
    const uploads = await Promise.all(Array.from({ length: 4 }, (_, i) => upload(ada, `ada-${i}.tif`)));
    const bens = await upload(ben, "ben.tif");
    const gone = new AbortController();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, readers());
    }, 20);
    const client = createTestClient(server.address, ada.cookie);
    const order: string[] = [];
    const asked = uploads
      .slice(0, 4)
      .map((uploadId, i) =>
        client.volume.inspectUpload.mutate({ projectId, uploadId }).then(() => order.push(`ada ${i}`)),
      );
    const left = client.volume.inspectUpload.mutate({ projectId, uploadId: uploads[3] }, { signal: gone.signal });
    const others = createTestClient(server.address, ben.cookie)
      .volume.inspectUpload.mutate({ projectId, uploadId: bens })
      .then(() => order.push("ben"));
    gone.abort();
    await expect(left).rejects.toThrow();
    await Promise.all([...asked, others]);
    clearInterval(watch);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
    // Ben asked last of all and waits for none of Ada's.
    expect(order.indexOf("ben")).toBeLessThan(2);
    // A file that nobody waits for is read when somebody asks again.
    const again = await client.volume.inspectUpload.mutate({ projectId, uploadId: uploads[3] });
    expect(again.contents.images).toMatchObject([{ shapeZyx: shape }]);
  },
  120_000,
);

it("imports: who asked for one does not wait for all of somebody else's", async () => {
  const prepare = async (who: TestPerson, name: string) => {
    const uploadId = await upload(who, `${name}.tif`);
    const client = createTestClient(server.address, who.cookie);
    // Read beforehand, so that all are asked for while the first is under way.
    await client.volume.inspectUpload.mutate({ projectId, uploadId });
    const image = { uploadId, image: "stack" };
    return () =>
      client.volume.startImport.mutate({ projectId, name, specimen: name, image, voxelSizeZyx: [2, 0.5, 0.5] });
  };
  const starts = [];
  for (const name of ["ada 1", "ada 2", "ada 3"]) starts.push(await prepare(ada, name));
  starts.push(await prepare(ben, "ben 1"));
  for (const start of starts) await start();
  const done = await poll(async () => {
    const jobs = await server.services.db.select().from(importJob).orderBy(asc(importJob.finishedAt));
    return jobs.every(({ state }) => state === "done" || state === "failed") && jobs;
  }, 110_000);
  expect(done.map(({ state }) => state)).toEqual(Array(4).fill("done"));
  const place = done.findIndex(({ userId }) => userId === ben.id);
  const before = done.filter(({ createdAt }, i) => i < place && createdAt < done[place].createdAt).length;
  // Two of Ada's may be over or under way when Ben asks.
  expect(before).toBeLessThan(3);
}, 120_000);
