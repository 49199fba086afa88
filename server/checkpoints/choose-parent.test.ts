import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { saveCheckpoint } from "../../core/checkpoint/checkpoint-files.ts";
import { tinyModel } from "../../core/checkpoint/testing/tiny-model.ts";
import { checkpoint, project, trainingJob } from "../../db/schema/index.ts";
import { requestTraining } from "../jobs/request-training.ts";
import { seedRealVolume } from "../testing/seed-real-volume.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { chooseParent } from "./choose-parent.ts";

let server: TestServer;
let ada: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());
beforeEach(async () => {
  projectId = await server.createProject("models", [[ada, "owner"]]);
});

const prefixOf = (name: string) => `projects/${projectId}/jobs/${name}/1/best/`;

/** A model of the project, `minutesAgo` old. */
async function addModel(name: string, minutesAgo: number, promoted = true): Promise<string> {
  for (const [file, bytes] of Object.entries(saveCheckpoint(tinyModel)))
    await server.services.blobs.put(prefixOf(name) + file, bytes);
  const [{ id }] = await server.services.db
    .insert(checkpoint)
    .values({
      projectId,
      blobPrefix: prefixOf(name),
      configuration: {},
      nucleiLabelled: 3,
      activeMinutes: 1,
      promoted,
      createdAt: new Date(Date.now() - minutesAgo * 60_000),
    })
    .returning({ id: checkpoint.id });
  return id;
}
const damage = (name: string) => server.services.blobs.put(`${prefixOf(name)}weights.bin`, new Uint8Array(7));
const makeCurrent = (id: string) =>
  server.services.db.update(project).set({ currentCheckpointId: id }).where(eq(project.id, projectId));

it("goes on from the current model, though a newer one is there", async () => {
  const older = await addModel("older", 10);
  await addModel("newer", 5);
  await makeCurrent(older);
  expect(await chooseParent(server.services, projectId)).toEqual({ weights: older, note: null });
});

it("goes on from the newest that can be read where the current one cannot, and says so", async () => {
  const current = await addModel("current", 1);
  const good = await addModel("good", 30);
  await addModel("older", 60);
  await addModel("broken-too", 20);
  await addModel("never-used", 5, false);
  await makeCurrent(current);
  await damage("current");
  await damage("broken-too");
  const chosen = await chooseParent(server.services, projectId);
  expect(chosen.weights).toBe(good);
  expect(chosen.note).toMatch(/weights\.bin.*goes on from checkpoint/s);
});

it("goes on from the product's weights where no model can be read; a model of another project is none", async () => {
  const otherProject = projectId;
  await addModel("of-another-project", 1);
  projectId = await server.createProject("broken", [[ada, "owner"]]);
  expect(otherProject).not.toBe(projectId);
  const current = await addModel("current", 1);
  await makeCurrent(current);
  await server.services.blobs.remove(prefixOf("current"));
  const chosen = await chooseParent(server.services, projectId);
  expect(chosen.note).toMatch(/is not there.*goes on from the product's own weights/s);
  expect(chosen.weights).toMatchObject({ projectId, blobPrefix: expect.stringContaining("/product-") });
  // Nobody can make it the current one again, and nothing has changed by trying.
  const api = createTestClient(server.address, ada.cookie);
  await expect(api.checkpoint.makeCurrent.mutate({ projectId, checkpointId: current })).rejects.toThrow("is not there");
  expect(await server.services.db.select().from(trainingJob).where(eq(trainingJob.projectId, projectId))).toEqual([]);
});

it("trains on in a project whose current model is damaged, and from nothing where a person wants that", async () => {
  await seedRealVolume(server.services, {
    projectId,
    createdBy: ada.id,
    space: { shapeZyx: [12, 44, 60], voxelSizeZyx: [1, 0.5, 0.5] },
    nuclei: 8,
    keep: () => true,
  });
  const good = await addModel("good", 30);
  const current = await addModel("current", 1);
  await makeCurrent(current);
  const api = createTestClient(server.address, ada.cookie);
  const begin = async (start: () => Promise<{ jobId: string }>) => {
    const { jobId } = await start();
    const [row] = await server.services.db.select().from(trainingJob).where(eq(trainingJob.id, jobId));
    const [shown] = (await api.training.state.query({ projectId })).jobs;
    expect(shown).toMatchObject({ id: jobId, note: row.note });
    await api.training.cancel.mutate({ projectId, jobId });
    return { parent: row.payload.kind === "train" && row.payload.parentCheckpointId, note: row.note };
  };
  expect(await begin(() => api.training.start.mutate({ projectId }))).toEqual({ parent: current, note: null });
  const fromNothing = () => api.training.start.mutate({ projectId, from: "nothing" });
  expect(await begin(fromNothing)).toEqual({ parent: null, note: null });
  await damage("current");
  const fallenBack = { parent: good, note: expect.stringContaining("instead") };
  expect(await begin(() => api.training.start.mutate({ projectId, from: "current" }))).toEqual(fallenBack);
  expect(await begin(() => requestTraining(server.services, { projectId, createdBy: null }))).toEqual(fallenBack);
  expect(await begin(fromNothing)).toEqual({ parent: null, note: null });
});
