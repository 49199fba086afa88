import { AsyncLocalStorage } from "node:async_hooks";
import { gzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import type { ClaimedBlock, ClaimedJob, ClaimedPredictJob } from "../../../core/contract/trainer-job.ts";
import { type VoxelSpace, wholeBox } from "../../../core/volume/voxel-space.ts";
import {
  blobRemoval,
  blockPlan,
  checkpoint,
  prediction,
  predictionBlock,
  proposal,
  snapshot,
  trainingJob,
} from "../../../db/schema/index.ts";
import { issueTrainerToken } from "../../auth/trainer-token.ts";
import { removeScheduledBlobs } from "../../storage/blob-removal.ts";
import { seedRealVolume } from "../../testing/seed-real-volume.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { eventually } from "../../testing/trainer-process.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { createChunkCache, ZarrImage } from "../../trainer/bricks/zarr-image.ts";
import { runBlock } from "../../trainer/jobs/run-block.ts";
import { runPredictJob } from "../../trainer/jobs/run-predict-job.ts";
import { Cancelled, HeldJob } from "../../trainer/lease/held-job.ts";
import { ServerClient } from "../../trainer/lease/server-client.ts";
import { LeaseLost } from "../../trainer/lease/server-failures.ts";
import { expireLeasesOf } from "../expire-leases-of.ts";
import { sweepPlans } from "./drop-plans.ts";

/** Whose turn it is: the one who leads is held back at its first tile until the others have done what the test wants. */
const gate = vi.hoisted(() => ({ isLead: (): boolean => false, open: Promise.resolve() }));
/** Says of every voxel what its brightness says: no network is needed to see how blocks are put together. */
vi.mock("../../trainer/network/predictor.ts", () => ({
  Predictor: class {
    readonly config: unknown;
    constructor(config: unknown) {
      this.config = config;
    }
    async predictTile(image: Float32Array) {
      if (gate.isLead()) await gate.open;
      const values = new Float32Array(2 * image.length);
      image.forEach((value, i) => {
        values[2 * i] = value;
        values[2 * i + 1] = value ** 2;
      });
      return values;
    }
    dispose() {}
  },
}));
const leading = new AsyncLocalStorage<true>();
gate.isLead = () => leading.getStore() === true;

const SPACE: VoxelSpace = { shapeZyx: [10, 40, 220], voxelSizeZyx: [1, 0.4, 0.5] };
const MAX_BLOCK_VOXELS = 40_000;
const MODEL_FILES = saveCheckpoint({
  ...tinyModel,
  canonical: null,
  outlineUm: 0.2,
  thresholds: { foreground: 0.45, seed: 0.2, minSeparationUm: 1, minVolumeUm3: 4, maxVolumeUm3: 900, wall: 0.1 },
});

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let volumeId: string;
let snapshotId: string;
let checkpointId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  const { db, blobs } = server.services;
  projectId = await server.createProject("shared", [[ada, "owner"]]);
  ({ volumeId } = await seedRealVolume(server.services, {
    projectId,
    createdBy: ada.id,
    space: SPACE,
    nuclei: 40,
    keep: () => false,
  }));
  [{ id: snapshotId }] = await db
    .insert(snapshot)
    .values({ projectId, reason: "prediction", completedAt: new Date() })
    .returning({ id: snapshot.id });
  const blobPrefix = `projects/${projectId}/jobs/model/1/best/`;
  for (const [file, bytes] of Object.entries(MODEL_FILES)) await blobs.put(blobPrefix + file, bytes);
  [{ id: checkpointId }] = await db
    .insert(checkpoint)
    .values({ projectId, blobPrefix, configuration: {}, nucleiLabelled: 3, activeMinutes: 1, promoted: true })
    .returning({ id: checkpoint.id });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.services.db.delete(prediction);
  await server.services.db.delete(trainingJob);
  await server.services.blobs.remove(`volumes/${volumeId}/blocks/`);
  gate.open = Promise.resolve();
});

async function newTrainer(name: string, projectIds: string[] | null = null) {
  const token = await issueTrainerToken(server.services.db, name, ada.id, projectIds);
  const client = new ServerClient(server.address, token);
  const claim = (given: { engine?: "wasm" | "native-cpu"; maxBlockVoxels?: number; leaseSeconds?: number } = {}) =>
    client.claim({
      trainer: name,
      engine: "wasm",
      words: "",
      leaseSeconds: 60,
      maxBlockVoxels: MAX_BLOCK_VOXELS,
      ...given,
    });
  return { token, client, claim };
}
type Trainer = Awaited<ReturnType<typeof newTrainer>>;

async function claimed<Kind extends ClaimedJob["kind"]>(trainer: Trainer, kind: Kind) {
  const job = await trainer.claim();
  expect(job?.kind).toBe(kind);
  return job as Extract<ClaimedJob, { kind: Kind }>;
}
const hold = <Job extends ClaimedJob>({ client }: Trainer, job: Job) =>
  new HeldJob(job, client, new AbortController().signal);

const seedPrediction = () =>
  server.services.db
    .insert(trainingJob)
    .values({ projectId, kind: "predict", payload: { kind: "predict", snapshotId, checkpointId } });
const lead = (trainer: Trainer, job: ClaimedPredictJob) => {
  const held = hold(trainer, job);
  const by = { engine: { name: "wasm" as const, maxTileVoxels: 12_000 }, maxBlockVoxels: MAX_BLOCK_VOXELS };
  return leading.run(true, () => runPredictJob(held, by).finally(() => held.close()));
};
const help = (trainer: Trainer, block: ClaimedBlock) => {
  const held = hold(trainer, block);
  return runBlock(held, { name: "wasm" }).finally(() => held.close());
};
const blocks = () => server.services.db.select().from(predictionBlock).orderBy(predictionBlock.index);
const jobRow = async () => (await server.services.db.select().from(trainingJob))[0];
const shown = () => eventually("the plan", async () => (await blocks())[0]?.state === "kept");
const findingsLeft = async () => {
  const keys: string[] = [];
  for await (const key of server.services.blobs.list(`volumes/${volumeId}/blocks/`)) keys.push(key);
  return keys;
};
const put = ({ blockId, leaseToken, jobToken }: ClaimedBlock, bytes: Uint8Array) =>
  fetch(`${server.address}/api/trainer/blocks/${blockId}/findings`, {
    method: "PUT",
    headers: { authorization: `Bearer ${jobToken}`, "x-lease-token": String(leaseToken) },
    body: Uint8Array.from(bytes),
  });
/** Holds the one who leads back at its first tile. */
function holdBack(): () => void {
  let open = () => {};
  gate.open = new Promise((resolve) => {
    open = () => resolve();
  });
  return open;
}

/** The current prediction: its image, and its proposals, numbered from 1. */
async function published() {
  const { db, blobs } = server.services;
  const [current] = await db.select().from(prediction).where(eq(prediction.current, true));
  const rows = await db
    .select()
    .from(proposal)
    .where(eq(proposal.predictionId, current.id))
    .orderBy(proposal.labelValue);
  const first = rows[0].labelValue;
  const read = async (key: string) => (await blobs.get(key)) ?? undefined;
  const image = await ZarrImage.open(read, current.blobPrefix, SPACE.shapeZyx, createChunkCache(1 << 20));
  const labels = await image.read(wholeBox(SPACE.shapeZyx), Uint32Array);
  return {
    labels: labels.map((label) => (label === 0 ? 0 : label - first + 1)),
    proposals: rows.map(({ labelValue, predictionId, ...row }) => ({ ...row, number: labelValue - first + 1 })),
  };
}

it("is predicted by several trainers as by one, though one is killed, one is late and one says all twice", async () => {
  const { db } = server.services;
  const [first, second, third] = [await newTrainer("first"), await newTrainer("second"), await newTrainer("third")];
  await seedPrediction();
  await lead(first, await claimed(first, "predict"));
  const alone = await published();
  expect(alone.proposals.filter(({ kind }) => kind === "nucleus").length).toBeGreaterThan(8);
  expect(await db.select().from(blockPlan)).toEqual([]);

  await seedPrediction();
  const open = holdBack();
  const job = await claimed(first, "predict");
  const led = lead(first, job);
  await shown();
  const all = (await blocks()).length;
  expect(all).toBeGreaterThan(4);
  const killed = await claimed(third, "block");
  expect(killed.index).toBe(all - 1);
  const found = await claimed(second, "block");
  expect(found.index).toBe(all - 2);
  await help(second, found);
  const late = await claimed(third, "block");
  const [kept] = (await blocks()).filter(({ index }) => index === found.index);
  expect(kept).toMatchObject({ state: "found", leaseOwner: "second" });
  // Said again, because the answer was lost; and by whoever never held it.
  expect((await put(found, gzipSync(new Uint8Array(64)))).status).toBe(204);
  expect((await put({ ...found, jobToken: killed.jobToken }, gzipSync(new Uint8Array(64)))).status).toBe(401);
  expect((await put({ ...found, leaseToken: 7 }, gzipSync(new Uint8Array(64)))).status).toBe(409);
  expect((await blocks())[found.index]).toEqual(kept);
  const state = () => createTestClient(server.address, ada.cookie).training.state.query({ projectId });
  expect((await state()).trainers.filter(({ present }) => present)).toHaveLength(3);

  open();
  await led;
  const shared = await published();
  expect(shared.labels).toEqual(alone.labels);
  expect(shared.proposals).toEqual(alone.proposals);
  // The volume is handed in: there is nothing left to add to, and nothing left behind.
  await expect(help(third, late)).rejects.toThrow(LeaseLost);
  expect((await put(killed, gzipSync(new Uint8Array(64)))).status).toBe(401);
  expect([...(await blocks()), ...(await findingsLeft())]).toEqual([]);
  expect(await db.select().from(blobRemoval)).toEqual([]);
  expect(await first.claim()).toBeNull();
}, 180_000);

it("goes on from what others have found when the one who leads is killed, and gives lost blocks to others", async () => {
  const { db } = server.services;
  const [first, second, third] = [await newTrainer("first"), await newTrainer("second"), await newTrainer("third")];
  await seedPrediction();
  const open = holdBack();
  const job = await claimed(first, "predict");
  const led = lead(first, job);
  await shown();
  const lost = await claimed(third, "block");
  // Its lease runs out: the next one gets the same block.
  await db
    .update(predictionBlock)
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where(eq(predictionBlock.id, lost.blockId));
  const again = await claimed(second, "block");
  expect(again).toMatchObject({ blockId: lost.blockId, leaseToken: 2 });
  expect((await put(lost, gzipSync(new Uint8Array(64)))).status).toBe(401);
  await help(second, again);
  const before = await blocks();
  expect(before.at(-1)).toMatchObject({ state: "found", leaseToken: 2 });

  await db.update(trainingJob).set({ leaseExpiresAt: sql`now() - interval '1 second'` });
  // Nobody leads: there is a job to take, and no block.
  const taken = await claimed(third, "predict");
  expect(await second.claim()).toBeNull();
  open();
  await expect(led).rejects.toThrow(LeaseLost);
  const next = holdBack();
  const ledAgain = lead(third, taken);
  await eventually("the plan of the next holder", async () => (await db.select().from(blockPlan))[0]?.leaseToken === 2);
  expect((await blocks()).at(-1)).toEqual(before.at(-1));
  expect(await claimed(second, "block")).toMatchObject({ index: before.length - 2 });
  next();
  await ledAgain;
  expect((await jobRow()).state).toBe("done");
  expect(await findingsLeft()).toEqual([]);
}, 180_000);

it("stops everybody when it is cancelled", async () => {
  const { db } = server.services;
  const [first, second] = [await newTrainer("first"), await newTrainer("second")];
  await seedPrediction();
  const open = holdBack();
  const job = await claimed(first, "predict");
  const held = hold(first, job);
  const led = leading.run(true, () =>
    runPredictJob(held, { engine: { name: "wasm", maxTileVoxels: 12_000 }, maxBlockVoxels: MAX_BLOCK_VOXELS }),
  );
  await shown();
  const found = await claimed(second, "block");
  await help(second, found);
  const block = await claimed(second, "block");
  expect(await findingsLeft()).toHaveLength(1);
  await createTestClient(server.address, ada.cookie).training.cancel.mutate({ projectId, jobId: job.jobId });
  expect(await second.claim()).toBeNull();
  await expect(second.client.tryTell(block, "/heartbeat", { progress: 0, phase: "" })).rejects.toThrow(LeaseLost);
  expect((await put(block, gzipSync(new Uint8Array(64)))).status).toBe(409);
  const ended = expect(led).rejects.toThrow(Cancelled);
  // The next heartbeat.
  held.report(0.5, "hears of it");
  await eventually("the word of it", async () => held.cancelled.aborted);
  open();
  await ended;
  held.close();
  await first.client.tryTell(job, "/release", {});
  expect(await jobRow()).toMatchObject({ state: "cancelled", finishedAt: expect.any(Date) });
  await sweepPlans(server.services);
  expect(await db.select().from(blockPlan)).toEqual([]);
  await eventually("the sweep", async () => {
    await removeScheduledBlobs(db, server.services.blobs);
    return (await findingsLeft()).length === 0;
  });
}, 180_000);

it("is shared with trainers of its project, its engine and its memory only", async () => {
  const first = await newTrainer("first");
  const other = await server.createProject("another", [[ada, "owner"]]);
  const [foreign, bound] = [await newTrainer("foreign", [other]), await newTrainer("bound", [projectId])];
  await seedPrediction();
  const open = holdBack();
  const led = lead(first, await claimed(first, "predict"));
  await shown();
  expect(await foreign.claim()).toBeNull();
  expect(await bound.claim({ engine: "native-cpu" })).toBeNull();
  expect(await bound.claim({ maxBlockVoxels: MAX_BLOCK_VOXELS - 1 })).toBeNull();
  expect(await bound.claim({ maxBlockVoxels: undefined })).toBeNull();
  const block = await claimed(bound, "block");
  const held = hold(bound, block);
  const readable = [`volumes/${volumeId}/image.ome.zarr/0/zarr.json`, `${block.checkpoint.prefix}weights.bin`];
  for (const key of readable) expect(await held.readBlob(key), key).toBeDefined();
  const sister = await seedRealVolume(server.services, {
    projectId,
    createdBy: ada.id,
    space: { shapeZyx: [4, 20, 30], voxelSizeZyx: [1, 0.4, 0.5] },
    nuclei: 1,
    keep: () => false,
  });
  for (const key of [
    `volumes/${sister.volumeId}/image.ome.zarr/0/zarr.json`,
    `volumes/${volumeId}/base/0`,
    `volumes/${volumeId}/blocks/x/y`,
    `${block.checkpoint.prefix}notes.txt`,
  ])
    await expect(held.readBlob(key), key).rejects.toThrow("none of the block's files");
  held.close();
  expect((await put(block, new Uint8Array(64))).status).toBe(400);
  const asBlock = (path: string) =>
    fetch(`${server.address}/api/trainer${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${block.jobToken}` },
      body: JSON.stringify({ leaseToken: 1, progress: 0.5, phase: "" }),
    });
  // It opens this block, and nothing of its job.
  expect((await asBlock(`/jobs/${block.jobId}/heartbeat`)).status).toBe(401);
  expect((await asBlock(`/blocks/${block.blockId}/heartbeat`)).status).toBe(200);
  expect((await asBlock("/claim")).status).toBe(401);
  // Given back, it is anybody's; its trainer is gone, and so is it.
  await bound.client.tryTell(block, "/release", {});
  expect(await claimed(bound, "block")).toMatchObject({ blockId: block.blockId, leaseToken: 2 });
  const { tokenHash } = (await blocks()).find(({ id }) => id === block.blockId) ?? {};
  expect(tokenHash).toBeTruthy();
  await expireLeasesOf(server.services.db, (await blocks()).at(-1)?.claimedWith ?? "");
  expect(await claimed(first, "block")).toMatchObject({ blockId: block.blockId, leaseToken: 3 });
  // All has been said: whoever leads need not go on to the end.
  await server.services.db.delete(trainingJob);
  open();
  await expect(led).rejects.toThrow(LeaseLost);
}, 180_000);
