import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { unpackModel } from "../../../core/checkpoint/packed-model.ts";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import { checkpoint, prediction, project } from "../../../db/schema/index.ts";
import { readProductModel } from "../../product-model/read-product-model.ts";
import { seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let projectId: string;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  [ada, bob] = [await server.signUp("Ada"), await server.signUp("Bob")];
  projectId = await server.createProject("clicks", [
    [ada, "annotator"],
    [bob, "viewer"],
  ]);
  volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id });
});
afterAll(() => server.close());

const ask = (person: TestPerson, headers: Record<string, string> = {}) =>
  fetch(`${server.address}/api/volumes/${volumeId}/current-model`, { headers: { cookie: person.cookie, ...headers } });
const modelOf = async (response: Response) => unpackModel(new Uint8Array(await response.arrayBuffer()));

async function seedCheckpoint(ofProject: string, outlinesUm: readonly (number | null)[]): Promise<string> {
  const { blobs, db } = server.services;
  const blobPrefix = `projects/${ofProject}/models/of-test/`;
  for (const [name, bytes] of Object.entries(saveCheckpoint(tinyModel))) await blobs.put(blobPrefix + name, bytes);
  const [{ id }] = await db
    .insert(checkpoint)
    .values({
      projectId: ofProject,
      blobPrefix,
      configuration: {},
      nucleiLabelled: 3,
      activeMinutes: 1,
      promoted: true,
    })
    .returning({ id: checkpoint.id });
  for (const [minute, outlineUm] of outlinesUm.entries())
    await db.insert(prediction).values({
      volumeId,
      source: "model",
      checkpointId: id,
      blobPrefix: "",
      outlineUm,
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)),
    });
  return id;
}

it("gives those who label the product's model, then the project's current one with what it learned of their outlines", async () => {
  const first = await modelOf(await ask(ada));
  expect(first.about).toEqual({ checkpointId: null, origin: "product", outlineUm: null });
  expect(loadCheckpoint(first.files).model).toEqual(await readProductModel());

  const id = await seedCheckpoint(projectId, [0.25, -0.5, null]);
  await server.services.db.update(project).set({ currentCheckpointId: id }).where(eq(project.id, projectId));
  const answer = await ask(ada);
  const etag = answer.headers.get("etag")!;
  expect(answer.headers.get("cache-control")).toBe("private, no-cache");
  const { about, files } = await modelOf(answer);
  expect(about).toEqual({ checkpointId: id, origin: "training", outlineUm: -0.5 });
  expect(loadCheckpoint(files).model).toEqual(tinyModel);
  expect((await ask(ada, { "if-none-match": etag })).status).toBe(304);
});

it("gives it to nobody who only looks, and never a checkpoint of another project", async () => {
  expect((await ask(bob)).status).toBe(403);
  const elsewhere = await server.createProject("elsewhere", [[bob, "owner"]]);
  const foreign = await seedCheckpoint(elsewhere, []);
  await server.services.db.update(project).set({ currentCheckpointId: foreign }).where(eq(project.id, projectId));
  expect((await modelOf(await ask(ada))).about.checkpointId).toBeNull();
});

it("says which file is wrong where it is not the one that its trainer made", async () => {
  const id = await seedCheckpoint(projectId, []);
  const { db } = server.services;
  await db
    .update(checkpoint)
    .set({ sha256: { "model.json": "0".repeat(64), "weights.bin": "0".repeat(64) } })
    .where(eq(checkpoint.id, id));
  await db.update(project).set({ currentCheckpointId: id }).where(eq(project.id, projectId));
  const answer = await ask(ada);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ tag: "checkpoint-changed", where: "model.json" });
});
