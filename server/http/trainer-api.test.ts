import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type ClaimedJob, claimedJobSchema } from "../../core/contract/trainer-job.ts";
import { checkpoint, decision, project, trainer, trainingJob, trainingMetric } from "../../db/schema/index.ts";
import { issueTrainerToken } from "../auth/trainer-token.ts";
import { metricAt, seedSnapshot, seedTrainJob, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
let ada: TestPerson;
let token: string;
let projectId: string;
let volumeId: string;
let snapshotId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  token = await issueTrainerToken(server.services.db, "far away", ada.id);
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.services.db.delete(checkpoint);
  await server.services.db.delete(trainingJob);
  await server.services.db.delete(trainer);
  projectId = await server.createProject("trained from afar", [[ada, "owner"]]);
  volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id });
  snapshotId = await seedSnapshot(server.services, projectId, [volumeId]);
});

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.address}/api/trainer${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: body instanceof Uint8Array ? Uint8Array.from(body) : body === undefined ? undefined : JSON.stringify(body),
  });
const post = (path: string, body: unknown) => send("POST", path, body);
const claim = async (): Promise<ClaimedJob> => {
  const response = await post("/claim", { trainer: "far away", engine: "wasm", words: "test", leaseSeconds: 60 });
  expect(response.status).toBe(200);
  return claimedJobSchema.parse(await response.json());
};
const seedJob = () => seedTrainJob(server.services, { projectId, snapshotId });
const expire = (id: string) =>
  server.services.db
    .update(trainingJob)
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where(eq(trainingJob.id, id));
const metrics = (ap50: number) => ({
  ap50,
  ap75: 0.3,
  dice: 0.7,
  nuclei: 9,
  places: [{ volumeId, kind: "validation-box", nuclei: 9, ap50, ap75: 0.3, dice: 0.7 }],
});
const trained = (job: ClaimedJob, ap50: number | null, parentAp50: number | null) =>
  post(`/jobs/${job.jobId}/trained`, {
    leaseToken: job.leaseToken,
    folder: "best",
    configuration: { engine: "wasm" },
    metrics: ap50 === null ? null : metrics(ap50),
    parentAp50,
  });
const jobs = () => server.services.db.select().from(trainingJob).orderBy(trainingJob.createdAt);

it("lets nobody in without a token, and says what is wrong with a message", async () => {
  const stranger = await fetch(`${server.address}/api/trainer/claim`, { method: "POST", body: "{}" });
  expect(stranger.status).toBe(401);
  const withCookie = await fetch(`${server.address}/api/trainer/claim`, {
    method: "POST",
    headers: { cookie: ada.cookie },
    body: "{}",
  });
  expect(withCookie.status).toBe(401);
  expect((await post("/claim", { trainer: "x", engine: "abacus", words: "", leaseSeconds: 60 })).status).toBe(400);
  expect((await send("POST", "/claim")).status).toBe(400);
  expect((await post("/claim", { trainer: "x", engine: "wasm", words: "", leaseSeconds: 60 })).status).toBe(204);
});

it("hands out what is needed to begin, and shows the trainer on the page", async () => {
  const jobId = await seedJob();
  const job = await claim();
  expect(job).toMatchObject({
    kind: "train",
    jobId,
    leaseToken: 1,
    attempt: 1,
    parent: null,
    resume: null,
    volumes: [{ volumeId, imagePrefix: `volumes/${volumeId}/image.ome.zarr/`, frozen: { proposalsPrefix: null } }],
  });
  const state = await createTestClient(server.address, ada.cookie).training.state.query({ projectId });
  expect(state.trainers).toMatchObject([{ name: "far away", engine: "wasm", present: true }]);
  expect(state.jobs).toMatchObject([{ id: jobId, state: "leased", orphaned: false }]);
});

it("gives a job's holder the job's files and no others", async () => {
  await seedJob();
  const job = await claim();
  const { blobs } = server.services;
  await blobs.put(`volumes/${volumeId}/image.ome.zarr/0/zarr.json`, new Uint8Array([1, 2]));
  await blobs.put(`volumes/${volumeId}/base/0`, new Uint8Array([3]));
  const other = await server.createProject("secret", [[ada, "owner"]]);
  const foreign = await seedVolume(server.services, { projectId: other, createdBy: ada.id });
  await blobs.put(`volumes/${foreign}/image.ome.zarr/0/zarr.json`, new Uint8Array([4]));
  const read = (key: string, lease = String(job.leaseToken)) =>
    send("GET", `/jobs/${job.jobId}/blobs/${key}`, undefined, { "x-lease-token": lease });
  expect(new Uint8Array(await (await read(`volumes/${volumeId}/image.ome.zarr/0/zarr.json`)).arrayBuffer())).toEqual(
    new Uint8Array([1, 2]),
  );
  expect((await read(`volumes/${volumeId}/image.ome.zarr/0/c/0/0/0`)).status).toBe(404);
  expect((await read(`volumes/${volumeId}/base/0`)).status).toBe(403);
  expect((await read(`volumes/${foreign}/image.ome.zarr/0/zarr.json`)).status).toBe(403);
  expect((await read(`snapshots/${snapshotId}/..%2f..%2fsecret`)).status).toBe(400);
  expect((await read(`volumes/${volumeId}/image.ome.zarr/0/zarr.json`, "7")).status).toBe(409);
});

it("keeps the files of two holders apart, and a late one out", async () => {
  const jobId = await seedJob();
  const first = await claim();
  const put = (job: ClaimedJob, name: string) =>
    send("PUT", `/jobs/${jobId}/files/${name}`, new Uint8Array([job.leaseToken]), {
      "x-lease-token": String(job.leaseToken),
    });
  expect((await put(first, "resume-1/weights.bin")).status).toBe(204);
  expect((await post(`/jobs/${jobId}/resume-point`, { leaseToken: 1, step: 1, folder: "resume-1" })).status).toBe(200);
  await expire(jobId);
  const second = await claim();
  expect(second).toMatchObject({
    leaseToken: 2,
    resume: { step: 1, prefix: `projects/${projectId}/jobs/${jobId}/1/resume-1/` },
  });
  expect((await put(first, "resume-2/weights.bin")).status).toBe(409);
  expect((await post(`/jobs/${jobId}/heartbeat`, { leaseToken: 1, progress: 0.5, phase: "late" })).status).toBe(409);
  expect((await trained(first, null, null)).status).toBe(409);
  expect(
    (
      await post(`/jobs/${jobId}/predicted`, {
        leaseToken: 1,
        volumeId,
        folder: "p",
        brickKeys: [],
        instances: [],
        truthShapes: [],
      })
    ).status,
  ).toBe(409);
  await put(second, "best/weights.bin");
  expect((await trained(second, null, null)).status).toBe(200);
  const [row] = await server.services.db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId));
  expect(row.blobPrefix).toBe(`projects/${projectId}/jobs/${jobId}/2/best/`);
  expect(await server.services.blobs.get(`${row.blobPrefix}weights.bin`)).toEqual(new Uint8Array([2]));
  // What was kept to go on from is not needed any more.
  expect(await server.services.blobs.head(`projects/${projectId}/jobs/${jobId}/1/resume-1/weights.bin`)).toBeNull();
});

it("streams metrics to the page, each step once", async () => {
  const jobId = await seedJob();
  await claim();
  const tell = (...points: ReturnType<typeof metricAt>[]) =>
    post(`/jobs/${jobId}/metrics`, { leaseToken: 1, metrics: points });
  expect((await tell(metricAt(1, 2), metricAt(2, 1.5), metricAt(2, 1.4))).status).toBe(200);
  await tell(metricAt(2, 1.2), metricAt(3, 1));
  // A validation comes after the loss of its step, and does not wipe it out.
  await tell({ ...metricAt(3, 0), loss: null, validationAp50: 0.5, validationAp75: 0.25 });
  expect(await createTestClient(server.address, ada.cookie).training.metrics.query({ projectId, jobId })).toMatchObject(
    [
      { step: 1, loss: 2 },
      { step: 2, loss: 1.2 },
      { step: 3, loss: 1, validationAp50: 0.5, validationAp75: 0.25 },
    ],
  );
  expect(await server.services.db.select().from(trainingMetric)).toHaveLength(3);
});

it("uses new weights unless they are worse by more than a hundredth, and asks for proposals", async () => {
  const api = createTestClient(server.address, ada.cookie);
  const train = async (ap50: number | null, parentAp50: number | null, cancel = false) => {
    const jobId = await seedJob();
    const job = await claim();
    if (cancel) await api.training.cancel.mutate({ projectId, jobId });
    expect((await trained(job, ap50, parentAp50)).status).toBe(200);
    const [row] = await server.services.db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId));
    const [{ current }] = await server.services.db
      .select({ current: project.currentCheckpointId })
      .from(project)
      .where(eq(project.id, projectId));
    const queued = (await jobs()).filter(({ kind, state }) => kind === "predict" && state === "queued");
    await server.services.db.delete(trainingJob).where(eq(trainingJob.kind, "predict"));
    return { promoted: row.promoted, current: current === row.id, predictions: queued.length };
  };
  const used = { promoted: true, current: true, predictions: 1 };
  const kept = { promoted: false, current: false, predictions: 0 };
  expect(await train(0.8, null)).toEqual(used);
  expect(await train(0.795, 0.8)).toEqual(used);
  expect(await train(0.7, 0.8)).toEqual(kept);
  expect(await train(null, null)).toEqual(used);
  expect(await train(0.9, 0.8, true)).toEqual(kept);
  // Only measured weights are points of the learning curve.
  expect((await api.learningCurve.points.query({ projectId })).map(({ ap50 }) => ap50)).toEqual([0.8, 0.795, 0.7, 0.9]);
  expect(await api.checkpoint.list.query({ projectId })).toMatchObject([
    { cancelled: true, current: false },
    { metrics: null, current: true },
    { promoted: false },
    {},
    {},
  ]);
});

it("measures minutes of work between acts, without the pauses", async () => {
  const jobId = await seedJob();
  const job = await claim();
  const acts = [0, 10, 25, 100, 120]; // seconds before the snapshot; 75 s is a pause
  await server.services.db.insert(decision).values(
    acts.map((seconds, i) => ({
      projectId,
      volumeId,
      labelValue: i + 1,
      userId: ada.id,
      kind: "accepted" as const,
      createdAt: new Date(Date.now() - 60_000 - seconds * 1000),
    })),
  );
  await server.services.db.execute(sql`update snapshot set created_at = now() where id = ${snapshotId}`);
  await trained(job, null, null);
  const [row] = await server.services.db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId));
  expect(row.activeMinutes).toBeCloseTo((10 + 15 + 20) / 60, 3);
});
