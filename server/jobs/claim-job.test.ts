import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { project, trainingJob } from "../../db/schema/index.ts";
import { hashToken } from "../auth/token-hash.ts";
import { issueTrainerToken } from "../auth/trainer-token.ts";
import { metricAt, seedSnapshot, seedTrainJob, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { claimJob } from "./claim-job.ts";
import { failJob, releaseJob } from "./end-job.ts";
import { renewLease } from "./lease.ts";
import { setResumePoint } from "./set-resume-point.ts";
import { storeMetrics } from "./store-metrics.ts";
import { sweepJobs } from "./sweep-jobs.ts";

let server: TestServer;
let projectId: string;
let snapshotId: string;
let tokenHash: string;
beforeAll(async () => {
  server = await startTestServer();
  const ada = await server.signUp("Ada Lovelace");
  projectId = await server.createProject("jobs", [[ada, "owner"]]);
  const volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id });
  snapshotId = await seedSnapshot(server.services, projectId, [volumeId]);
  tokenHash = hashToken(await issueTrainerToken(server.services.db, "trainers", ada.id));
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.services.db.delete(trainingJob);
});

const request = (trainer: string, leaseSeconds = 60) => ({ trainer, engine: "wasm" as const, leaseSeconds });
const seedJob = (maxAttempts?: number) => seedTrainJob(server.services, { projectId, snapshotId, maxAttempts });
const jobRow = async (id: string) =>
  (await server.services.db.select().from(trainingJob).where(eq(trainingJob.id, id)))[0];
/** Only the database's clock decides, so the tests move the lease instead of waiting. */
const expire = (id: string) =>
  server.services.db
    .update(trainingJob)
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where(eq(trainingJob.id, id));

it("gives 60 jobs to 16 trainers that ask at once, each job to one of them", async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, () => seedJob()));
  const claimed: string[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async (_, trainer) => {
      for (;;) {
        const job = await claimJob(server.services.db, request(`trainer ${trainer}`), tokenHash);
        if (!job) return;
        claimed.push(job.id);
      }
    }),
  );
  expect(claimed.toSorted()).toEqual(ids.toSorted());
});

it("passes a job on when its lease has run out, and refuses everything the late trainer still says", async () => {
  const { db } = server.services;
  const jobId = await seedJob();
  const first = await claimJob(db, request("first"), tokenHash);
  expect(await claimJob(db, request("second"), tokenHash)).toBeNull();
  await expire(jobId);
  const second = await claimJob(db, request("second"), tokenHash);
  expect(second).toMatchObject({ id: jobId, leaseToken: (first?.leaseToken ?? 0) + 1 });
  expect(second?.jobToken).not.toBe(first?.jobToken);

  const late = { jobId, leaseToken: first?.leaseToken ?? 0 };
  const refused = { status: 409 };
  await expect(renewLease(db, late)).rejects.toMatchObject(refused);
  await expect(storeMetrics(db, late, [metricAt(1, 0.5)])).rejects.toMatchObject(refused);
  await expect(setResumePoint(server.services, late, 5, "resume-5")).rejects.toMatchObject(refused);
  await expect(releaseJob(server.services, late)).rejects.toMatchObject(refused);
  await expect(failJob(server.services, late, { tag: "x", what: "x" }, true)).rejects.toMatchObject(refused);
  expect(await jobRow(jobId)).toMatchObject({ state: "leased", leaseOwner: "second", attempts: 2 });
});

it("keeps a lease alive for as long as its holder asked", async () => {
  const { db } = server.services;
  const jobId = await seedJob();
  const held = await claimJob(db, request("slow engine", 300), tokenHash);
  await renewLease(db, { jobId, leaseToken: held?.leaseToken ?? 0 }, { progress: 0.25 });
  const [{ left }] = (
    await db.execute<{ left: number }>(
      sql`select extract(epoch from lease_expires_at - now())::float8 as left from training_job where id = ${jobId}`,
    )
  ).rows;
  expect(left).toBeGreaterThan(290);
  expect(left).toBeLessThanOrEqual(300);
});

it("gives up after the last attempt, and says so", async () => {
  const jobId = await seedJob(2);
  for (const trainer of ["first", "second"]) {
    expect(await claimJob(server.services.db, request(trainer), tokenHash)).not.toBeNull();
    await expire(jobId);
  }
  expect(await claimJob(server.services.db, request("third"), tokenHash)).toBeNull();
  await sweepJobs(server.services);
  expect(await jobRow(jobId)).toMatchObject({ state: "failed", problem: { tag: "trainer-lost" } });
});

it("does not count an attempt that a stopping trainer gave back", async () => {
  const jobId = await seedJob();
  const held = await claimJob(server.services.db, request("first"), tokenHash);
  await releaseJob(server.services, { jobId, leaseToken: held?.leaseToken ?? 0 });
  expect(await jobRow(jobId)).toMatchObject({ state: "queued", attempts: 0 });
});

it("leaves a cancelled job alone unless a checkpoint of it is worth keeping", async () => {
  const { db } = server.services;
  const without = await seedJob();
  await db.update(trainingJob).set({ cancelRequested: true }).where(eq(trainingJob.id, without));
  expect(await claimJob(db, request("first"), tokenHash)).toBeNull();
  await sweepJobs(server.services);
  expect(await jobRow(without)).toMatchObject({ state: "cancelled", problem: null });

  const withBest = await seedJob();
  await db
    .update(trainingJob)
    .set({ cancelRequested: true, resumeBlob: "projects/p/jobs/j/1/resume-5/" })
    .where(eq(trainingJob.id, withBest));
  expect(await claimJob(db, request("first"), tokenHash)).toMatchObject({ id: withBest });
});

it("gives a bound token the jobs of its projects only, and none once they are deleted", async () => {
  const { db } = server.services;
  const ada = await server.signUp("Ada of another project");
  const otherId = await server.createProject("other", [[ada, "owner"]]);
  const bound = hashToken(await issueTrainerToken(db, "bound", ada.id, [otherId]));
  const ours = await seedJob();
  expect(await claimJob(db, request("bound"), bound)).toBeNull();
  const theirs = await seedTrainJob(server.services, { projectId: otherId, snapshotId });
  expect(await claimJob(db, request("bound"), bound)).toMatchObject({ id: theirs });
  await db.delete(project).where(eq(project.id, otherId));
  // Bound to nothing is not bound to all.
  expect(await claimJob(db, request("bound"), bound)).toBeNull();
  expect(await claimJob(db, request("free"), tokenHash)).toMatchObject({ id: ours });
  await expect(issueTrainerToken(db, "nowhere", ada.id, [otherId])).rejects.toMatchObject({ tag: "project-unknown" });
});
