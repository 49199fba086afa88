import { createHash, randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CheckpointFiles, saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { tinyModel, tinyProgress } from "../../../core/checkpoint/testing/tiny-model.ts";
import { type ClaimedJob, claimedJobSchema } from "../../../core/contract/trainer-job.ts";
import {
  type TrainingConfiguration,
  trainingConfigurationSchema,
} from "../../../core/contract/training-configuration.ts";
import { BRICK_VOXELS, indexInBrick } from "../../../core/volume/brick.ts";
import {
  checkpoint,
  decision,
  nucleusClass,
  prediction,
  project,
  proposal,
  trainer,
  trainingJob,
  trainingMetric,
  user,
} from "../../../db/schema/index.ts";
import { hashToken } from "../../auth/token-hash.ts";
import { issueTrainerToken } from "../../auth/trainer-token.ts";
import { metricAt, seedSnapshot, seedTrainJob, seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";

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
  await server.services.db.delete(prediction);
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
const ofJob = ({ jobToken, leaseToken }: ClaimedJob, lease = leaseToken) => ({
  authorization: `Bearer ${jobToken}`,
  "x-lease-token": String(lease),
});
/** As the holder of the job says it. */
const tell = (job: ClaimedJob, path: string, body: object) =>
  send("POST", `/jobs/${job.jobId}${path}`, { leaseToken: job.leaseToken, ...body }, ofJob(job));
const put = (job: ClaimedJob, name: string, bytes: Uint8Array) =>
  send("PUT", `/jobs/${job.jobId}/files/${name}`, bytes, ofJob(job));
const upload = async (job: ClaimedJob, folder: string, files: CheckpointFiles) => {
  for (const [name, bytes] of Object.entries(files))
    expect((await put(job, `${folder}/${name}`, bytes)).status).toBe(204);
};
const claim = async (): Promise<ClaimedJob> => {
  const response = await post("/claim", { trainer: "far away", engine: "wasm", words: "test", leaseSeconds: 60 });
  expect(response.status).toBe(200);
  return claimedJobSchema.parse(await response.json());
};
/** A whole model in the store, as if it had been trained before. */
const seedCheckpoint = async (name: string) => {
  const prefix = `projects/${projectId}/jobs/${name}/1/best/`;
  for (const [file, bytes] of Object.entries(MODEL_FILES)) await server.services.blobs.put(prefix + file, bytes);
  const [{ id }] = await server.services.db
    .insert(checkpoint)
    .values({
      projectId,
      blobPrefix: prefix,
      sha256: hashesOf(MODEL_FILES),
      configuration: {},
      nucleiLabelled: 3,
      activeMinutes: 1,
      promoted: true,
    })
    .returning({ id: checkpoint.id });
  return { id, prefix };
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
const MODEL_FILES = saveCheckpoint(tinyModel);
const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const hashesOf = (files: CheckpointFiles) => ({
  "model.json": sha256Of(files["model.json"]),
  "weights.bin": sha256Of(files["weights.bin"]),
});
const CONFIGURATION: TrainingConfiguration = trainingConfigurationSchema.parse({
  engine: "wasm",
  minutes: 1,
  baseChannels: null,
  checkpointSeconds: 20,
  network: tinyModel.config,
  thresholds: tinyModel.thresholds,
  ...tinyModel.training,
});
const trainedMessage = (ap50: number | null, parentAp50: number | null) => ({
  folder: "best",
  sha256: hashesOf(MODEL_FILES),
  configuration: CONFIGURATION,
  metrics: ap50 === null ? null : metrics(ap50),
  parentAp50,
});
/** Uploads a whole model and hands it in. */
const trained = async (job: ClaimedJob, ap50: number | null, parentAp50: number | null) => {
  await upload(job, "best", MODEL_FILES);
  return tell(job, "/trained", trainedMessage(ap50, parentAp50));
};
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

it("carries how wide nuclei are, as somebody who labels has said it, until it is forgotten", async () => {
  const client = createTestClient(server.address, ada.cookie);
  const said = async () => (await client.volume.byId.query({ volumeId })).nucleusDiameterUm;
  const carried = async () => {
    await server.services.db.delete(trainingJob);
    await seedJob();
    const job = await claim();
    return job.kind === "block" ? job.volume.nucleusDiameterUm : job.volumes[0].nucleusDiameterUm;
  };
  expect([await said(), await carried()]).toEqual([null, null]);
  await client.volume.setNucleusDiameter.mutate({ volumeId, diameterUm: 12.4 });
  expect([await said(), await carried()]).toEqual([12.4, 12.4]);
  for (const diameterUm of [0.49, 501])
    await expect(client.volume.setNucleusDiameter.mutate({ volumeId, diameterUm })).rejects.toThrow();
  // Within the bounds of all volumes, but not of this one.
  await expect(client.volume.setNucleusDiameter.mutate({ volumeId, diameterUm: 499 })).rejects.toThrow(
    "cannot be 499 µm wide",
  );
  expect(await said()).toBe(12.4);
  await client.volume.setNucleusDiameter.mutate({ volumeId, diameterUm: null });
  expect([await said(), await carried()]).toEqual([null, null]);
});

it("gives a job's holder the job's files and no others", async () => {
  const { blobs, db } = server.services;
  const parent = await seedCheckpoint("parent");
  const unused = await seedCheckpoint("unused");
  const resumeBlob = `projects/${projectId}/jobs/x/1/resume-1/`;
  const jobId = await seedJob();
  await db
    .update(trainingJob)
    .set({
      resumeBlob,
      payload: { kind: "train", snapshotId, parentCheckpointId: parent.id, minutes: 1, seed: 1 },
    })
    .where(eq(trainingJob.id, jobId));
  const job = await claim();
  const other = await server.createProject("secret", [[ada, "owner"]]);
  const foreign = await seedVolume(server.services, { projectId: other, createdBy: ada.id });
  const foreignSnapshot = await seedSnapshot(server.services, other, [foreign]);
  const later = await seedVolume(server.services, { projectId, createdBy: ada.id });
  const otherSnapshot = await seedSnapshot(server.services, projectId, [volumeId]);
  const read = (key: string, lease = job.leaseToken) =>
    send("GET", `/jobs/${job.jobId}/blobs/${key}`, undefined, ofJob(job, lease));
  const image = (id: string) => `volumes/${id}/image.ome.zarr/0/zarr.json`;
  const labels = (snapshot: string, volume: string) => `snapshots/${snapshot}/${volume}/labels.ome.zarr/0/zarr.json`;
  const readable = [
    image(volumeId),
    labels(snapshotId, volumeId),
    `${parent.prefix}weights.bin`,
    `${resumeBlob}progress.bin`,
  ];
  const hidden = [
    image(foreign),
    // A training sees the frozen volumes only.
    image(later),
    `volumes/${volumeId}/base/0`,
    `volumes/${volumeId}/predictions/1/labels.ome.zarr/0/zarr.json`,
    labels(foreignSnapshot, foreign),
    labels(otherSnapshot, volumeId),
    labels(snapshotId, foreign),
    `snapshots/${snapshotId}/${volumeId}/manifest.json`,
    `${unused.prefix}weights.bin`,
    `${parent.prefix}notes.txt`,
    `projects/${projectId}/jobs/${jobId}/9/best/weights.bin`,
  ];
  for (const [index, key] of [...readable, ...hidden].entries()) await blobs.put(key, new Uint8Array([index]));
  for (const [index, key] of readable.entries())
    expect(new Uint8Array(await (await read(key)).arrayBuffer()), key).toEqual(new Uint8Array([index]));
  for (const key of hidden) expect((await read(key)).status, key).toBe(403);
  expect((await read(`volumes/${volumeId}/image.ome.zarr/0/c/0/0/0`)).status).toBe(404);
  expect((await read(`snapshots/${snapshotId}/..%2f..%2fsecret`)).status).toBe(400);
  expect((await read(image(volumeId), 7)).status).toBe(409);
  for (const name of ["weights.bin", "prediction/0", "best/notes.txt", "best/deep/weights.bin", "a b/weights.bin"])
    expect((await put(job, name, new Uint8Array(1))).status, name).toBe(400);
});

it("opens a job's routes with the token of that claim only, and for so long as the job is leased", async () => {
  const jobId = await seedJob();
  const otherId = await seedJob();
  const [one, two] = [await claim(), await claim()];
  const job = one.jobId === jobId ? one : two;
  const other = job === one ? two : one;
  expect([job.jobId, other.jobId]).toEqual([jobId, otherId]);
  const beat = { progress: 0.5, phase: "learning" };
  expect((await tell(job, "/heartbeat", beat)).status).toBe(200);
  // Neither the trainer's own token, nor that of the same trainer's other job.
  const heartbeat = { leaseToken: job.leaseToken, ...beat };
  expect((await post(`/jobs/${jobId}/heartbeat`, heartbeat)).status).toBe(401);
  expect((await send("POST", `/jobs/${jobId}/heartbeat`, heartbeat, ofJob(other))).status).toBe(401);
  // And none of them claims.
  const request = { trainer: "x", engine: "wasm", words: "", leaseSeconds: 60 };
  expect((await send("POST", "/claim", request, ofJob(job))).status).toBe(401);
  // Only hashes are kept.
  expect(JSON.stringify(await jobs())).not.toContain(job.jobToken);

  // A lease that ran out while nobody else took the job is taken up again; after ten minutes the token is gone.
  const { db } = server.services;
  const ranOut = (seconds: number) =>
    db
      .update(trainingJob)
      .set({ leaseExpiresAt: sql`now() - make_interval(secs => ${seconds})` })
      .where(eq(trainingJob.id, jobId));
  await ranOut(30);
  expect((await tell(job, "/heartbeat", beat)).status).toBe(200);
  expect((await jobs()).find(({ id }) => id === jobId)?.leaseExpiresAt?.getTime()).toBeGreaterThan(Date.now());
  await ranOut(3600);
  expect((await tell(job, "/heartbeat", beat)).status).toBe(401);

  // Whose trainer is taken back has lost its jobs as well, and another trainer has them at once.
  await db.update(user).set({ isAdministrator: true }).where(eq(user.id, ada.id));
  await createTestClient(server.address, ada.cookie).installation.revokeTrainerToken.mutate({
    tokenId: hashToken(token),
  });
  expect((await tell(other, "/heartbeat", beat)).status).toBe(401);
  token = await issueTrainerToken(db, "far away", ada.id);
  expect([jobId, otherId]).toContain((await claim()).jobId);
});

it("keeps the files of two holders apart, and a late one out", async () => {
  const jobId = await seedJob();
  const first = await claim();
  await upload(first, "resume-1", saveCheckpoint(tinyModel, tinyProgress));
  expect((await tell(first, "/resume-point", { step: 1, folder: "resume-1" })).status).toBe(200);
  await expire(jobId);
  const second = await claim();
  expect(second).toMatchObject({
    leaseToken: 2,
    resume: { step: 1, prefix: `projects/${projectId}/jobs/${jobId}/1/resume-1/` },
  });
  const lateOne = [
    () => put(first, "resume-2/weights.bin", new Uint8Array(4)),
    () => tell(first, "/heartbeat", { progress: 0.5, phase: "late" }),
    () => tell(first, "/trained", trainedMessage(null, null)),
    () => tell(first, "/predicted", { volumeId, folder: "p", brickKeys: [], instances: [], truthShapes: [] }),
  ];
  for (const late of lateOne) expect((await late()).status).toBe(401);
  // With a token that is right and a lease that is not, the lease decides.
  const confused = { ...second, leaseToken: 1 };
  expect((await tell(confused, "/heartbeat", { progress: 0.5, phase: "" })).status).toBe(409);
  expect((await put(confused, "resume-2/weights.bin", new Uint8Array(4))).status).toBe(409);
  expect((await trained(second, null, null)).status).toBe(200);
  const [row] = await server.services.db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId));
  expect(row.blobPrefix).toBe(`projects/${projectId}/jobs/${jobId}/2/best/`);
  expect(await server.services.blobs.get(`${row.blobPrefix}weights.bin`)).toEqual(MODEL_FILES["weights.bin"]);
  // What was kept to go on from is not needed any more.
  expect(await server.services.blobs.head(`projects/${projectId}/jobs/${jobId}/1/resume-1/weights.bin`)).toBeNull();
  // The answer was lost, and it is said again: nothing happens twice. Everything else is over.
  expect((await tell(second, "/trained", trainedMessage(null, null))).status).toBe(200);
  expect(await server.services.db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId))).toHaveLength(1);
  expect((await tell(second, "/heartbeat", { progress: 1, phase: "" })).status).toBe(409);
});

const withNumber = (value: number) => {
  const weights = new Float32Array(MODEL_FILES["weights.bin"].slice().buffer);
  weights[5] = value;
  return new Uint8Array(weights.buffer);
};
const { "weights.bin": _weights, ...withoutWeights } = MODEL_FILES;
it.each([
  ["an empty folder", {}, "checkpoint-gone"],
  ["a folder without weights", withoutWeights, "checkpoint-gone"],
  [
    "weights that are cut off",
    { ...MODEL_FILES, "weights.bin": MODEL_FILES["weights.bin"].slice(4) },
    "checkpoint-damaged",
  ],
  ["a model that is no JSON", { ...MODEL_FILES, "model.json": new Uint8Array(9) }, "checkpoint-damaged"],
  ["weights that are no numbers", { ...MODEL_FILES, "weights.bin": withNumber(Number.NaN) }, "weights-not-finite"],
  ["infinite weights", { ...MODEL_FILES, "weights.bin": withNumber(Number.POSITIVE_INFINITY) }, "weights-not-finite"],
] as const)("refuses %s for good, and promotes nothing", async (_what, files: CheckpointFiles, tag) => {
  const jobId = await seedJob();
  const job = await claim();
  await upload(job, "best", files);
  const sha256 = {
    ...hashesOf(MODEL_FILES),
    ...Object.fromEntries(Object.entries(files).map(([k, v]) => [k, sha256Of(v)])),
  };
  const answer = await tell(job, "/trained", { ...trainedMessage(0.9, null), sha256 });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ tag, hint: expect.any(String) });
  expect(await server.services.db.select().from(checkpoint)).toEqual([]);
  const [{ current }] = await server.services.db
    .select({ current: project.currentCheckpointId })
    .from(project)
    .where(eq(project.id, projectId));
  expect(current).toBeNull();
  expect(await jobs()).toMatchObject([{ id: jobId, state: "leased" }]);
  // Nor does it become a place to go on from.
  const resume = await tell(job, "/resume-point", { step: 3, folder: "best" });
  expect(resume.status).toBe(422);
  expect((await jobs())[0].resumeBlob).toBeNull();
});

it("refuses weights that changed on their way", async () => {
  await seedJob();
  const job = await claim();
  await upload(job, "best", { ...MODEL_FILES, "weights.bin": withNumber(0.125) });
  const answer = await tell(job, "/trained", trainedMessage(null, null));
  expect([answer.status, await answer.json()]).toMatchObject([
    422,
    { tag: "checkpoint-changed", where: "weights.bin" },
  ]);
});

it("takes no field that it does not name", async () => {
  await seedJob();
  const job = await claim();
  await upload(job, "best", MODEL_FILES);
  const message = trainedMessage(0.5, null);
  const environment = { ...message.configuration, token, server: server.address, name: "gpu" };
  const places = message.metrics?.places.map((place) => ({ ...place, token })) ?? [];
  for (const chatty of [
    { ...message, configuration: environment },
    { ...message, settings: { token } },
    { ...message, metrics: { ...message.metrics, places } },
  ])
    expect((await tell(job, "/trained", chatty)).status).toBe(400);
  expect((await tell(job, "/metrics", { metrics: [{ ...metricAt(1, 1), token }] })).status).toBe(400);
  expect((await tell(job, "/fail", { problem: { tag: "x", what: "x", token }, final: true })).status).toBe(400);
  expect((await tell(job, "/heartbeat", { progress: 0, phase: "", token })).status).toBe(400);
  const everything = JSON.stringify([await server.services.db.select().from(checkpoint), await jobs()]);
  expect(everything).not.toContain(token);
});

it("a trainer that asks again and again writes one row, until it has something new to say", async () => {
  const hello = (words: string) => post("/hello", { trainer: "steady", engine: "wasm", words });
  const versionOf = async () => {
    const { rows } = await server.services.db.execute(
      sql`select trainer.xmin::text || ' ' || trainer_token.xmin::text as version
          from trainer join trainer_token using (token_hash) where trainer.name = 'steady'`,
    );
    return rows[0]?.version;
  };
  await hello("ready");
  const first = await versionOf();
  await hello("ready");
  expect([first, await versionOf()]).toEqual([expect.any(String), first]);
  await hello("busy");
  expect(await versionOf()).not.toBe(first);
});

it("shows what trainers say as one plain line of bounded length", async () => {
  const jobId = await seedJob();
  const words = `evil\u0000\u001b[2J\u202e${"x".repeat(5000)}`;
  const response = await post("/claim", { trainer: `gpu\r\n${words}`, engine: "wasm", words, leaseSeconds: 60 });
  const job = claimedJobSchema.parse(await response.json());
  await tell(job, "/heartbeat", { progress: 0.5, phase: words });
  const api = createTestClient(server.address, ada.cookie);
  const before = await api.training.state.query({ projectId });
  await tell(job, "/fail", { problem: { tag: words, what: words, where: words, hint: words }, final: true });
  const after = await api.training.state.query({ projectId });
  expect(after.jobs).toMatchObject([
    { id: jobId, state: "failed", problem: { what: expect.stringMatching(/^evil \[2J/) } },
  ]);
  const said = JSON.stringify([before, after]);
  expect(said).not.toMatch(/\\u0000|\\u001b|\u202e|\\n/);
  const longest = Math.max(...(said.match(/x+/g) ?? []).map((run) => run.length));
  expect(longest).toBeGreaterThan(1000);
  expect(longest).toBeLessThanOrEqual(2000);
});

it("fails a job that cannot begin at once, and gives out the next one", async () => {
  const gone = await seedJob();
  await server.services.db
    .update(trainingJob)
    .set({ payload: { kind: "predict", snapshotId, checkpointId: randomUUID() }, kind: "predict", priority: 9 })
    .where(eq(trainingJob.id, gone));
  expect((await post("/claim", { trainer: "x", engine: "wasm", words: "", leaseSeconds: 60 })).status).toBe(204);
  expect(await jobs()).toMatchObject([{ id: gone, state: "failed", problem: { tag: "checkpoint-gone" } }]);
});

describe("a prediction", () => {
  const instance = {
    id: 7,
    kind: "nucleus",
    box: { minZyx: [2, 3, 4], maxZyx: [6, 9, 12] },
    centroidZyx: [4, 6, 8],
    voxels: 4 * 6 * 8,
    touchesBorder: false,
    scores: { u1: 0.1, u2: 0.2, u3: 0.3, u4: 0.4 },
    facts: { passes: 8, matched: 8, split: 0, merged: 0 },
    meanEntropy: 0.2,
    shape: null,
  };
  const brick = () => {
    const labels = new Uint32Array(BRICK_VOXELS);
    for (let z = 2; z < 6; z++)
      for (let y = 3; y < 9; y++) labels.fill(7, indexInBrick(z, y, 4), indexInBrick(z, y, 12));
    return gzipSync(new Uint8Array(labels.buffer));
  };
  const message = () => ({ volumeId, folder: "prediction", brickKeys: [0], instances: [instance], truthShapes: [] });
  const claimPrediction = async () => {
    const { id } = await seedCheckpoint("predicting");
    await server.services.db.insert(trainingJob).values({
      projectId,
      kind: "predict",
      payload: { kind: "predict", snapshotId, checkpointId: id },
    });
    return claim();
  };
  const proposals = async () => {
    const rows = await server.services.db.select().from(proposal).where(eq(proposal.volumeId, volumeId));
    return rows.filter(({ state }) => state === "undecided");
  };

  it("that has had its time gives way to a training that waits, and goes on after it", async () => {
    const { db } = server.services;
    const job = await claimPrediction();
    const beat = async () => (await (await tell(job, "/heartbeat", { progress: 0.1, phase: "" })).json()) as unknown;
    const startedAgo = (minutes: number) =>
      db
        .update(trainingJob)
        .set({ startedAt: new Date(Date.now() - 60_000 * minutes) })
        .where(eq(trainingJob.id, job.jobId));
    await startedAgo(10);
    expect(await beat()).toEqual({ cancelRequested: false, giveWay: false });
    const training = await seedJob();
    await startedAgo(1);
    expect(await beat()).toEqual({ cancelRequested: false, giveWay: false });
    await startedAgo(10);
    expect(await beat()).toEqual({ cancelRequested: false, giveWay: true });
    expect((await tell(job, "/release", {})).status).toBe(200);
    expect((await claim()).jobId).toBe(training);
    expect(await claim()).toMatchObject({ jobId: job.jobId, attempt: 1 });
  });

  it("that is handed in again, one after the other or both at once, replaces nothing", async () => {
    const job = await claimPrediction();
    expect((await put(job, "prediction/0", brick())).status).toBe(204);
    expect((await put(job, "prediction/1", new Uint8Array(2 << 20))).status).toBe(413);
    expect((await put(job, "prediction/weights.bin", new Uint8Array(4))).status).toBe(400);
    const both = await Promise.all([tell(job, "/predicted", message()), tell(job, "/predicted", message())]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const [made] = await proposals();
    expect(made).toMatchObject({ voxels: 4 * 6 * 8, minZyx: [2, 3, 4], maxZyx: [6, 9, 12] });
    // The answer was lost; its bricks are gone by now.
    expect((await tell(job, "/predicted", message())).status).toBe(200);
    expect(await proposals()).toEqual([made]);
    expect(await server.services.db.select().from(prediction).where(eq(prediction.volumeId, volumeId))).toHaveLength(1);
    expect((await tell(job, "/finish", {})).status).toBe(200);
    expect((await tell(job, "/finish", {})).status).toBe(200);
  });

  it("proposes classes that the project has, and no others", async () => {
    await server.services.db
      .insert(nucleusClass)
      .values({ projectId, name: "mitotic", numberKey: 1, color: "#e69f00" })
      .onConflictDoNothing();
    for (const [name, kept] of [
      ["mitotic", "mitotic"],
      ["a class of somebody else", null],
    ] as const) {
      const job = await claimPrediction();
      await put(job, "prediction/0", brick());
      const instances = [{ ...instance, class: { name, probability: 0.8 } }];
      expect((await tell(job, "/predicted", { ...message(), instances })).status).toBe(200);
      expect(await proposals()).toMatchObject([{ proposedClass: kept, classProbability: kept && 0.8 }]);
      expect((await tell(job, "/finish", {})).status).toBe(200);
    }
  });

  it.each([
    ["a brick that was not uploaded", null, {}, "prediction-damaged"],
    ["a brick that cannot be unpacked", new Uint8Array([1, 2, 3]), {}, "prediction-damaged"],
    ["a brick that unpacks into too little", gzipSync(new Uint8Array(12)), {}, "prediction-damaged"],
    ["a brick outside of the volume", brick(), { brickKeys: [0, 900] }, "prediction-outside"],
    ["two nuclei of one number", brick(), { instances: [instance, instance] }, "prediction-ambiguous"],
  ] as const)("with %s is refused for good", async (_what, bytes, change, tag) => {
    const job = await claimPrediction();
    if (bytes) await put(job, "prediction/0", bytes);
    const answer = await tell(job, "/predicted", { ...message(), ...change });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ tag, hint: expect.any(String) });
    expect(await proposals()).toEqual([]);
  });
});

it("streams metrics to the page, each step once", async () => {
  const jobId = await seedJob();
  const job = await claim();
  const tellMetrics = (...points: ReturnType<typeof metricAt>[]) => tell(job, "/metrics", { metrics: points });
  expect((await tellMetrics(metricAt(1, 2), metricAt(2, 1.5), metricAt(2, 1.4))).status).toBe(200);
  await tellMetrics(metricAt(2, 1.2), metricAt(3, 1));
  // A validation comes after the loss of its step, and does not wipe it out.
  await tellMetrics({ ...metricAt(3, 0), loss: null, validationAp50: 0.5, validationAp75: 0.25 });
  expect(await createTestClient(server.address, ada.cookie).training.metrics.query({ projectId, jobId })).toMatchObject(
    [
      { step: 1, loss: 2 },
      { step: 2, loss: 1.2 },
      { step: 3, loss: 1, validationAp50: 0.5, validationAp75: 0.25 },
    ],
  );
  expect(await server.services.db.select().from(trainingMetric)).toHaveLength(3);
});

it("keeps what a training knows of classes with its checkpoint; older trainers say nothing of it", async () => {
  const classes = {
    given: [
      { name: "interphase", nuclei: 31 },
      { name: "mitotic", nuclei: 6 },
    ],
    measured: {
      classes: ["interphase", "mitotic"],
      counts: [
        [30, 1],
        [2, 4],
      ],
      by: "nucleus",
    },
  };
  const handIn = async (more: object) => {
    await seedJob();
    const job = await claim();
    await upload(job, "best", MODEL_FILES);
    expect((await tell(job, "/trained", { ...trainedMessage(null, null), ...more })).status).toBe(200);
    await server.services.db.delete(trainingJob).where(eq(trainingJob.kind, "predict"));
    const [newest] = await createTestClient(server.address, ada.cookie).checkpoint.list.query({ projectId });
    return newest.classes;
  };
  expect(await handIn({ classes })).toEqual(classes);
  expect(await handIn({})).toBeNull();
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
