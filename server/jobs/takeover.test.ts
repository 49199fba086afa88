import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkpoint, project, trainingJob, trainingMetric } from "../../db/schema/index.ts";
import { seedRealVolume } from "../testing/seed-real-volume.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { eventually, startTrainerProcess, type TrainerProcess } from "../testing/trainer-process.ts";
import { requestTraining } from "./request-training.ts";

let server: TestServer;
let ada: TestPerson;
const trainers: TrainerProcess[] = [];
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(async () => {
  for (const trainer of trainers) await trainer.kill("SIGKILL");
  await server?.close();
});

async function startTraining(name: string, minutes: number): Promise<string> {
  const projectId = await server.createProject(name, [[ada, "owner"]]);
  await server.services.db.update(project).set({ trainMinutes: minutes }).where(eq(project.id, projectId));
  await seedRealVolume(server.services, {
    projectId,
    createdBy: ada.id,
    space: { shapeZyx: [12, 44, 60], voxelSizeZyx: [1, 0.5, 0.5] },
    nuclei: 8,
    keep: () => true,
  });
  return (await requestTraining(server.services, { projectId, createdBy: ada.id })).jobId;
}

const start = async (name: string) => {
  const trainer = await startTrainerProcess(server, name, { KARYOLOOP_LEASE_SECONDS: "10" });
  trainers.push(trainer);
  return trainer;
};
const job = async (id: string) =>
  (await server.services.db.select().from(trainingJob).where(eq(trainingJob.id, id)))[0];
const said = () => trainers.map((trainer) => trainer.output()).join("\n---\n");

it("goes on from the last checkpoint when the trainer is killed with -9", { timeout: 400_000 }, async () => {
  const { db } = server.services;
  const jobId = await startTraining("killed", 0.4);
  const first = await start("first");
  const atKill = await eventually(
    "a checkpoint to go on from",
    async () => {
      const row = await job(jobId);
      return row.resumeStep >= 2 && row;
    },
    said,
  );
  expect(atKill).toMatchObject({ state: "leased", leaseOwner: "first", attempts: 1 });
  await first.kill("SIGKILL");

  await start("second");
  const done = await eventually(
    "the end of the training",
    async () => {
      const row = await job(jobId);
      return (row.state === "done" || row.state === "failed") && row;
    },
    said,
  );
  expect(done).toMatchObject({ state: "done", leaseOwner: "second", attempts: 2, problem: null });
  const [weights] = await db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId));
  // The second holder wrote below its own token, and went on counting where the first had stopped.
  expect(weights.blobPrefix).toContain(`/jobs/${jobId}/2/`);
  expect(await server.services.blobs.head(`${weights.blobPrefix}weights.bin`)).toBeGreaterThan(0);
  expect((weights.configuration as { steps: number }).steps).toBeGreaterThan(atKill.resumeStep);
  const steps = await db.select().from(trainingMetric).where(eq(trainingMetric.jobId, jobId));
  expect(new Set(steps.map(({ step }) => step)).size).toBe(steps.length);
  for (const trainer of trainers.splice(0)) await trainer.kill("SIGKILL");
});

it("keeps the best weights of a cancelled training, and gives its job back on SIGTERM", {
  timeout: 400_000,
}, async () => {
  const { db } = server.services;
  const jobId = await startTraining("drained", 20);
  const first = await start("first");
  await eventually("a checkpoint", async () => (await job(jobId)).resumeStep >= 1, said);
  await first.kill("SIGTERM");
  // At once, without waiting for the lease, and without counting the attempt.
  expect(await job(jobId)).toMatchObject({ state: "queued", attempts: 0 });

  await start("second");
  await eventually("the takeover", async () => (await job(jobId)).leaseOwner === "second", said);
  await db.update(trainingJob).set({ cancelRequested: true }).where(eq(trainingJob.id, jobId));
  const ended = await eventually(
    "the end of the cancelled training",
    async () => {
      const row = await job(jobId);
      return row.finishedAt && row;
    },
    said,
  );
  expect(ended).toMatchObject({ state: "cancelled", problem: null });
  expect(await db.select().from(checkpoint).where(eq(checkpoint.jobId, jobId))).toMatchObject([{ promoted: false }]);
});
