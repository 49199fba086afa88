import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { checkpoint, installation, project, snapshotVolume, trainer, trainingJob } from "../../../db/schema/index.ts";
import { hashToken } from "../../auth/token-hash.ts";
import { issueTrainerToken } from "../../auth/trainer-token.ts";
import { readStoredModel } from "../../checkpoints/read-stored-model.ts";
import { changeInstallationSettings } from "../../settings/installation-settings.ts";
import { seedRealVolume } from "../../testing/seed-real-volume.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { eventually } from "../../testing/trainer-process.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { describeClaimedJob } from "../describe-claimed-job.ts";
import { mayRead } from "../job-blobs.ts";
import { requestTraining } from "../request-training.ts";
import { beginFirstRounds, FIRST_ROUND_NUCLEI } from "./begin-first-rounds.ts";
import { proposeInNewVolume } from "./propose-in-new-volume.ts";

let server: TestServer;
let ada: TestPerson;
let api: ReturnType<typeof createTestClient>;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  api = createTestClient(server.address, ada.cookie);
});
afterAll(() => server?.close());
beforeEach(async () => {
  await server.services.db.delete(trainer);
  await server.services.db.delete(installation).where(eq(installation.key, "settings"));
  projectId = (await api.project.create.mutate({ name: "begins" })).projectId;
});

const space = { shapeZyx: [12, 44, 60], voxelSizeZyx: [1, 0.5, 0.5] } as const;
/** With the first `labelled` of its eight nuclei. */
const addVolume = async (labelled: number, seed = 1) => {
  const given = { projectId, createdBy: ada.id, space, nuclei: 8, seed, specimen: `embryo ${seed}` };
  return (await seedRealVolume(server.services, { ...given, keep: (label) => label <= labelled })).volumeId;
};
const jobs = () => server.services.db.select().from(trainingJob).where(eq(trainingJob.projectId, projectId));
const propose = (volumeId: string) => proposeInNewVolume(server.services, { projectId, volumeId, createdBy: ada.id });

async function dialIn(): Promise<void> {
  const tokenHash = hashToken(await issueTrainerToken(server.services.db, "gpu", null));
  await server.services.db.insert(trainer).values({ name: "gpu", engine: null, words: "sets itself up", tokenHash });
}

it("proposes in a volume right after its import, by the model that comes with the product", {
  timeout: 240_000,
}, async () => {
  await dialIn();
  const { volumeId } = await api.volume.createSample.mutate({ projectId });
  await eventually("the prediction", async () => (await jobs()).length > 0);
  const [job] = await jobs();
  expect(job).toMatchObject({ kind: "predict", state: "queued", payload: { volumeIds: [volumeId] } });
  const [model] = await server.services.db.select().from(checkpoint).where(eq(checkpoint.projectId, projectId));
  expect(model).toMatchObject({ origin: "product", nucleiLabelled: 0, promoted: true, metrics: null });
  // Its own copy, whole: an export of it needs nothing else.
  expect((await readStoredModel(server.services.blobs, model)).training).toMatchObject({ steps: expect.any(Number) });
  expect(await api.training.state.query({ projectId })).toMatchObject({
    currentCheckpointId: model.id,
    currentOrigin: "product",
  });
});

it("names the volume only: another one that is ready is not predicted a second time", async () => {
  await dialIn();
  const first = await addVolume(0, 1);
  await propose(first);
  const second = await addVolume(2, 2);
  await propose(second);
  const [, job] = (await jobs()).sort((a, b) => +a.createdAt - +b.createdAt);
  const claimed = await describeClaimedJob(server.services.db, { ...job, leaseToken: 1 }, "x".repeat(43));
  expect(claimed.volumes.map(({ volumeId }) => volumeId)).toEqual([second]);
  // And of the images it opens that one only.
  expect(await mayRead(server.services.db, job, `volumes/${second}/image.ome.zarr/zarr.json`)).toBe(true);
  expect(await mayRead(server.services.db, job, `volumes/${first}/image.ome.zarr/zarr.json`)).toBe(false);
  // Over the labels that came with it.
  expect(claimed.volumes[0].frozen?.manifest.nuclei).toHaveLength(2);
  const frozen = await server.services.db
    .select({ id: snapshotVolume.volumeId })
    .from(snapshotVolume)
    .where(eq(snapshotVolume.snapshotId, job.payload.snapshotId));
  expect(frozen).toEqual([{ id: second }]);
  expect(await server.services.db.select().from(checkpoint).where(eq(checkpoint.projectId, projectId))).toHaveLength(1);
});

it("leaves everything as it is where no trainer would take it, or the project does not begin by itself", async () => {
  const volumeId = await addVolume(8);
  await api.volume.list.query({ projectId });
  await propose(volumeId);
  await beginFirstRounds(server.services);
  expect(await jobs()).toEqual([]);
  await dialIn();
  await api.project.update.mutate({ projectId, fields: { autoBegin: false } });
  await propose(volumeId);
  await beginFirstRounds(server.services);
  expect(await jobs()).toEqual([]);
  // Asked for, it guesses all the same.
  await api.checkpoint.guess.mutate({ projectId });
  expect(await jobs()).toMatchObject([{ kind: "predict", payload: { kind: "predict" } }]);
});

it("is a setting of the installation for new projects", async () => {
  await changeInstallationSettings(server.services.db, { autoBegin: false });
  const other = await api.project.create.mutate({ name: "waits" });
  const rows = await server.services.db
    .select({ autoBegin: project.autoBegin })
    .from(project)
    .where(eq(project.id, other.projectId));
  expect(rows).toEqual([{ autoBegin: false }]);
});

it(`starts the first round by itself at ${FIRST_ROUND_NUCLEI} nuclei, a minute long, and later ones grow`, async () => {
  await dialIn();
  await addVolume(FIRST_ROUND_NUCLEI - 1);
  const count = () => api.training.state.query({ projectId }).then(({ readiness }) => readiness.nuclei);
  await eventually("the count", async () => (await count()) === FIRST_ROUND_NUCLEI - 1);
  await beginFirstRounds(server.services);
  expect(await jobs()).toEqual([]);

  await addVolume(1, 2);
  await eventually("the count", async () => (await count()) === FIRST_ROUND_NUCLEI);
  // The server looks by itself as well: who looks meanwhile waits for that look, and freezes nothing a second time.
  const looking = beginFirstRounds(server.services);
  expect(beginFirstRounds(server.services)).toBe(looking);
  await looking;
  await beginFirstRounds(server.services);
  const [first, ...more] = await jobs();
  expect(more).toEqual([]);
  expect(first.payload).toMatchObject({ kind: "train", minutes: 1 });
  const [parent] = await server.services.db.select().from(checkpoint).where(eq(checkpoint.projectId, projectId));
  expect(first.payload).toMatchObject({ parentCheckpointId: parent.id });
  expect(parent.origin).toBe("product");

  const done = () =>
    server.services.db
      .update(trainingJob)
      .set({ state: "done" })
      .where(and(eq(trainingJob.projectId, projectId), eq(trainingJob.kind, "train")));
  const minutes: number[] = [];
  for (let round = 0; round < 4; round++) {
    await done();
    const { jobId } = await requestTraining(server.services, { projectId, createdBy: null, automatic: true });
    const [job] = await server.services.db.select().from(trainingJob).where(eq(trainingJob.id, jobId));
    if (job.payload.kind === "train") minutes.push(job.payload.minutes);
  }
  // Up to the project's own six.
  expect(minutes).toEqual([2, 4, 6, 6]);
});

it("begins with the product's weights, or with none, as people choose", async () => {
  await addVolume(8);
  const begin = async (from: "product" | "nothing") => {
    const { jobId } = await api.training.start.mutate({ projectId, from });
    const [row] = await server.services.db.select().from(trainingJob).where(eq(trainingJob.id, jobId));
    await api.training.cancel.mutate({ projectId, jobId });
    return row.payload.kind === "train" ? row.payload.parentCheckpointId : "";
  };
  expect(await begin("nothing")).toBeNull();
  const id = await begin("product");
  const [row] = await server.services.db
    .select()
    .from(checkpoint)
    .where(eq(checkpoint.id, id ?? ""));
  expect(row).toMatchObject({ projectId, origin: "product" });
  expect(await begin("product")).toBe(id);
});
