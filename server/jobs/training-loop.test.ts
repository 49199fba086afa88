import { and, asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import {
  checkpoint,
  decision,
  prediction,
  project,
  proposal,
  trainingBox,
  trainingJob,
  trainingMetric,
} from "../../db/schema/index.ts";
import { rankProject } from "../proposals/rank-project.ts";
import { seedRealVolume } from "../testing/seed-real-volume.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { eventually, startTrainerProcess, type TrainerProcess } from "../testing/trainer-process.ts";
import { createTestClient } from "../testing/trpc-client.ts";

const SPACE: VoxelSpace = { shapeZyx: [12, 48, 110], voxelSizeZyx: [1, 0.5, 0.5] };

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let volumeId: string;
let truthCount: number;
/** They dial in from elsewhere: the server has none of its own. */
let trainers: TrainerProcess[] = [];
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  projectId = await server.createProject("loop", [[ada, "owner"]]);
  await server.services.db.update(project).set({ trainMinutes: 0.25, retrainAfterDecisions: 2 });
  const seeded = await seedRealVolume(server.services, {
    projectId,
    createdBy: ada.id,
    space: SPACE,
    nuclei: 18,
    // Half of them, all over the volume.
    keep: (label) => label % 2 === 0,
  });
  volumeId = seeded.volumeId;
  truthCount = seeded.truth.count;
  trainers = await Promise.all(["trainer 1", "trainer 2"].map((name) => startTrainerProcess(server, name)));
});
afterAll(async () => {
  for (const trainer of trainers) await trainer.kill("SIGKILL");
  await server?.close();
});

const said = () => trainers.map((trainer) => trainer.output()).join("\n---\n");
const client = () => createTestClient(server.address, ada.cookie);
const jobs = () =>
  server.services.db
    .select()
    .from(trainingJob)
    .where(eq(trainingJob.projectId, projectId))
    .orderBy(asc(trainingJob.createdAt));

/** A busy machine manages few steps in the minutes given: then it trains on, as people do, until nuclei are proposed. */
async function trainUntilNucleiAreProposed(api: ReturnType<typeof client>) {
  for (const trainMinutes of [0.25, 0.5, 1, 2]) {
    await server.services.db.update(project).set({ trainMinutes });
    await api.training.start.mutate({ projectId });
    await expect(api.training.start.mutate({ projectId })).rejects.toThrow("trained already");
    await eventually("the end of training and predicting", allJobsDone, said);
    const current = await api.proposal.current.query({ volumeId });
    const proposals = await api.proposal.list.query({ volumeId });
    if (current && proposals.isCandidate.includes(false)) return current;
  }
  throw new Error(`No nucleus is proposed.\n${said()}`);
}

async function allJobsDone(): Promise<boolean> {
  const all = await jobs();
  const failed = all.find(({ state }) => state === "failed");
  if (failed) throw new Error(`a job failed: ${JSON.stringify(failed.problem)}\n${said()}`);
  return all.every(({ state }) => state === "done");
}

it("trains, proposes, asks, learns from the answer and trains again", { timeout: 600_000 }, async () => {
  const { db } = server.services;
  const api = client();
  await db.insert(trainingBox).values({
    volumeId,
    kind: "validation",
    minZyx: [0, 0, 0],
    maxZyx: [12, 48, 30],
    createdBy: ada.id,
  });
  await eventually("the count of nuclei", async () => {
    const { readiness } = await api.training.state.query({ projectId });
    return readiness.missing.length === 0;
  });
  const before = await api.training.state.query({ projectId });
  expect(before.readiness).toMatchObject({ missing: [], validationPlaces: 1 });
  expect(before.readiness.advice).toEqual([expect.stringContaining("checked empty")]);
  const first = await trainUntilNucleiAreProposed(api);
  expect(first.source).toBe("model");
  const metrics = await db.select().from(trainingMetric);
  // A busy machine manages few steps in the time given; the first one is always told.
  expect(metrics.some(({ loss }) => loss !== null)).toBe(true);
  expect(metrics.every(({ loss }) => loss === null || Number.isFinite(loss))).toBe(true);
  const weights = (await api.checkpoint.list.query({ projectId })).find(({ current }) => current)!;
  expect(weights).toMatchObject({ id: first.checkpointId, promoted: true, engine: "wasm" });
  expect(weights.metrics?.places).toMatchObject([{ volumeId, kind: "validation-box" }]);
  expect(weights.metrics?.nuclei).toBeGreaterThan(0);
  expect(await api.learningCurve.points.query({ projectId })).toContainEqual(
    expect.objectContaining({
      checkpointId: weights.id,
      snapshotId: weights.snapshotId,
      keptOutNuclei: weights.metrics?.nuclei,
    }),
  );

  // Nothing is proposed where somebody has labelled, and every proposal has a label value of its own.
  const proposals = await api.proposal.list.query({ volumeId });
  expect(proposals.labelValue.length).toBeGreaterThan(0);
  expect(Math.min(...proposals.labelValue)).toBeGreaterThan(truthCount);

  // In so thin a volume nearly all are cut by its border, and would not be asked about.
  await db.update(proposal).set({ touchesBorder: false });
  await rankProject(server.services, projectId);
  const pageId = "page-one-of-ada";
  const question = await api.queue.next.mutate({ volumeId, pageId, skipped: [] });
  expect(question?.reason).toMatch(/\w/);
  const labelValue = question?.labelValue ?? 0;
  await api.queue.decide.mutate({ volumeId, labelValue, kind: "rejected" });
  const [written] = await db.select().from(decision).where(eq(decision.volumeId, volumeId));
  expect(written).toMatchObject({
    kind: "rejected",
    checkpointId: weights.id,
    snapshotId: weights.snapshotId,
    predictionId: first.id,
  });

  // With nothing kept out nobody can say which weights are better: no number, and the newer ones are used.
  await db.delete(trainingBox);
  expect((await api.training.state.query({ projectId })).readiness.advice).toContainEqual(
    expect.stringContaining("Nothing is kept out"),
  );
  await db.update(project).set({ trainMinutes: 0.05 });
  await api.training.start.mutate({ projectId });
  await eventually("the end of the second training and predicting", allJobsDone, said);
  expect((await api.proposal.current.query({ volumeId }))?.id).not.toBe(first.id);
  const [second] = await db.select().from(checkpoint).where(eq(checkpoint.parentId, weights.id));
  expect(second).toMatchObject({ promoted: true, metrics: null });
  const ended = (await jobs()).map(({ kind, state }) => `${kind} ${state}`);
  expect(ended.slice(-2)).toEqual(["train done", "predict done"]);
  expect(new Set(ended)).toEqual(new Set(["train done", "predict done"]));
  // The decision stays; what was undecided has been replaced in one step.
  const states = await db
    .select({ state: proposal.state, current: prediction.current })
    .from(proposal)
    .innerJoin(prediction, eq(prediction.id, proposal.predictionId))
    .where(and(eq(proposal.volumeId, volumeId), eq(prediction.id, first.id)));
  expect(new Set(states.map(({ state }) => state))).toEqual(
    states.length > 1 ? new Set(["rejected", "replaced"]) : new Set(["rejected"]),
  );
});
