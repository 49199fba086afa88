import { gzipSync } from "node:zlib";
import { and, asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { proposalsOf } from "../../core/labels/proposal-columns.ts";
import { plantSeal } from "../../core/vigilance/plant-seal.ts";
import { BRICK_VOXELS, brickBox, brickKeysOfBox, indexInBrick } from "../../core/volume/brick.ts";
import { type VoxelSpace, wholeBox, type Zyx } from "../../core/volume/voxel-space.ts";
import { claim, decision, prediction, project, proposal, snapshotVolume, volume } from "../../db/schema/index.ts";
import { MemoryOutboxStore, openCollabClient } from "../collab/testing/collab-client.ts";
import { waitFor } from "../collab/testing/wait-for.ts";
import { decisionsSinceTraining } from "../jobs/decisions-since-training.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { claimNext } from "../proposals/claim-next.ts";
import { decide, skip, undoDecision } from "../proposals/decide.ts";
import { judgedDoubts } from "../proposals/judged-doubts.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import { freezeProject } from "../snapshots/freeze-project.ts";
import { snapshotVolumeFolder } from "../storage/snapshot-places.ts";
import { seedRealVolume } from "../testing/seed-real-volume.ts";
import { seedProposals, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { readPlantedAnswers } from "./planted-answers.ts";

const SPACE: VoxelSpace = { shapeZyx: [20, 90, 150], voxelSizeZyx: [1, 0.5, 0.5] };

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  ben = await server.signUp("Ben");
});
afterAll(() => server.close());
beforeEach(async () => {
  projectId = await server.createProject("watched", [
    [ada, "owner"],
    [ben, "annotator"],
  ]);
  await server.services.db.update(project).set({ plantEvery: 5 }).where(eq(project.id, projectId));
});

const api = (person: TestPerson) => createTestClient(server.address, person.cookie);
const answers = () => readPlantedAnswers(server.services.db, projectId);
const plantedOf = (volumeId: string) =>
  server.services.db
    .select()
    .from(proposal)
    .where(and(eq(proposal.volumeId, volumeId), eq(proposal.planted, true)))
    .orderBy(asc(proposal.labelValue));

/** The nuclei of a simulated volume as a model that finds all of them would propose them. */
async function publishTruth() {
  const { services } = server;
  const { shapeZyx } = SPACE;
  const { volumeId, truth } = await seedRealVolume(services, {
    ...{ projectId, createdBy: ada.id, space: SPACE, nuclei: 16 },
    keep: () => false,
  });
  const folder = `projects/${projectId}/jobs/sent/`;
  const keys = brickKeysOfBox(wholeBox(shapeZyx));
  const found = new Map<number, { min: number[]; max: number[]; voxels: number }>();
  const bricks = new Map(keys.map((key) => [key, new Uint32Array(BRICK_VOXELS)]));
  for (const key of keys) {
    const { minZyx, maxZyx } = brickBox(key, shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++) {
          const label = truth.labels[(z * shapeZyx[1] + y) * shapeZyx[2] + x];
          if (label === 0) continue;
          bricks.get(key)![indexInBrick(z, y, x)] = label;
          const of = found.get(label) ?? { min: [z, y, x], max: [0, 0, 0], voxels: 0 };
          found.set(label, of);
          of.voxels++;
          for (const [axis, at] of [z, y, x].entries()) {
            of.min[axis] = Math.min(of.min[axis], at);
            of.max[axis] = Math.max(of.max[axis], at + 1);
          }
        }
    await services.blobs.put(`${folder}${key}`, gzipSync(new Uint8Array(bricks.get(key)!.buffer)));
  }
  const instances = [...found].map(
    ([id, { min, max, voxels }]): PredictedInstance => ({
      ...{ id, kind: "nucleus", box: { minZyx: min as unknown as Zyx, maxZyx: max as unknown as Zyx } },
      ...{ centroidZyx: [1, 1, 1], voxels, touchesBorder: false, scores: { u1: 0, u2: id / 100, u3: 0, u4: 0 } },
      ...{ facts: { passes: 8, matched: 8, split: 0, merged: 0 }, meanEntropy: 0, shape: null },
    }),
  );
  const publish = () =>
    publishPrediction(services, {
      ...{ volumeId, source: "model", checkpointId: null, snapshotId: null, jobId: null },
      ...{ instances, truthShapes: [], brickKeys: keys, predicted: { kind: "bricks", folder } },
    });
  return { volumeId, truth, instances, publish };
}

async function imageVoxels(prefix: string): Promise<Map<number, Zyx[]>> {
  const places = new Map<number, Zyx[]>();
  for (const key of brickKeysOfBox(wholeBox(SPACE.shapeZyx))) {
    const brick = await readLabelChunk(server.services.blobs, prefix, key);
    const { minZyx, maxZyx } = brickBox(key, SPACE.shapeZyx);
    if (!brick) continue;
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++) {
          const label = brick[indexInBrick(z, y, x)];
          if (label === 0) continue;
          const of = places.get(label);
          if (of) of.push([z, y, x]);
          else places.set(label, [[z, y, x]]);
        }
  }
  return places;
}

it("plants among the proposals what is no nucleus, and everything else is as it would be without", async () => {
  const { services } = server;
  const { volumeId, truth, instances, publish } = await publishTruth();
  const predictionId = await publish();
  const planted = await plantedOf(volumeId);
  expect(planted.length).toBeGreaterThan(0);
  expect(planted.length).toBeLessThanOrEqual(Math.ceil(instances.length / 5));
  const [{ prefix }] = await services.db
    .select({ prefix: prediction.blobPrefix })
    .from(prediction)
    .where(eq(prediction.id, predictionId));
  const voxels = await imageVoxels(prefix);
  const truthAt = ([z, y, x]: Zyx) => truth.labels[(z * SPACE.shapeZyx[1] + y) * SPACE.shapeZyx[2] + x];
  for (const { labelValue, voxels: count } of planted) {
    const places = voxels.get(labelValue) ?? [];
    expect(places).toHaveLength(count);
    expect(places.filter((place) => truthAt(place) !== 0)).toEqual([]);
  }
  const genuine = [...voxels].filter(([label]) => !planted.some(({ labelValue }) => labelValue === label));
  expect(genuine.map(([, places]) => places.length).sort()).toEqual(instances.map((one) => one.voxels).sort());
  for (const [, places] of genuine) expect(new Set(places.map(truthAt)).size).toBe(1);

  // Pages show them, and can tell them; whoever counts, or reads with a program, does not meet them.
  const list = proposalsOf(await api(ben).proposal.list.query({ volumeId }));
  expect(list).toHaveLength(instances.length + planted.length);
  const seals = (await api(ben).proposal.current.query({ volumeId }))?.seals;
  expect(new Set(seals)).toEqual(new Set(planted.map(({ labelValue }) => plantSeal(volumeId, labelValue))));
  expect((await api(ben).queue.state.query({ volumeId })).waiting).toBe(instances.length);
  expect((await api(ben).project.progress.query({ projectId })).undecidedProposals).toBe(instances.length);
  expect(await api(ben).dashboard.queue.query({ projectId })).toMatchObject([{ waiting: instances.length }]);
  const given = { projectId, reason: "export", createdBy: ada.id } as const;
  const snapshotId = await freezeProject(services, given);
  const frozen = await imageVoxels(`${snapshotVolumeFolder(snapshotId, volumeId)}proposals.ome.zarr/`);
  expect(new Set(frozen.keys())).toEqual(new Set(genuine.map(([label]) => label)));

  // Whatever paints one all the same: it is not learned from.
  const outbox = new MemoryOutboxStore();
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => ben.cookie,
    ...{ volumeId, shapeZyx: SPACE.shapeZyx, outbox },
  });
  void document.start();
  await waitFor(() => document.saveState.kind === "saved", "connected");
  const [{ labelValue: label }] = planted;
  await document.commit({
    name: "forged",
    records: [
      { kind: "paint", label, runs: Int32Array.from([3, 4, 5, 9]) },
      { kind: "field", label, field: "status", value: "accepted" },
    ],
  });
  await waitFor(() => document.saveState.kind === "saved", "saved");
  document.close();
  const forgedId = await freezeProject(services, given);
  const [{ manifest }] = await services.db.select().from(snapshotVolume).where(eq(snapshotVolume.snapshotId, forgedId));
  expect(manifest.nuclei.map((one) => [one.label, one.status])).toEqual([[label, "unfinished"]]);
});

it("asks pages alone, adds the answers up for the project, and writes no decision of anybody", async () => {
  const { services } = server;
  const { db } = services;
  const volumeId = await seedVolume(services, { projectId, createdBy: ada.id });
  await seedProposals(services, volumeId, [
    { labelValue: 1, uncertainty: 0.1 },
    ...[2, 3, 4, 5, 6].map((labelValue) => ({ labelValue, uncertainty: 0.9, planted: true })),
    { labelValue: 7, touchesBorder: true },
  ]);
  const page = (person: TestPerson) => ({ projectId, volumeId, userId: person.id, pageId: `page of ${person.name}` });
  const next = (person: TestPerson, tellsPlants: boolean, first?: number) =>
    claimNext(services, { ...page(person), skipped: [], tellsPlants, first });
  const about = (person: TestPerson, labelValue: number) => ({ projectId, volumeId, labelValue, userId: person.id });
  const random = vi.spyOn(Math, "random").mockReturnValue(0);
  try {
    for (let i = 0; i < 12; i++) expect((await next(ben, false, 2))?.labelValue).toBe(1);
    const askPlanted = async (person: TestPerson): Promise<number> => {
      for (let i = 0; i < 12; i++) {
        const question = await next(person, true);
        if (question && question.labelValue > 1) {
          expect(question).not.toHaveProperty("planted");
          return question.labelValue;
        }
      }
      throw new Error("no planted one was asked");
    };
    const first = await askPlanted(ben);
    await skip(services, about(ben, first));
    expect(await answers()).toMatchObject({ accepted: 0, corrected: 0, rejected: 0 });
    const wrong = await askPlanted(ben);
    await decide(services, { ...about(ben, wrong), kind: "accepted" });
    // Told again by a page that was away, and undone: neither is another answer, nor is it asked again.
    await decide(services, { ...about(ben, wrong), kind: "rejected" });
    await undoDecision(services, about(ben, wrong));
    expect(await answers()).toEqual({ plantEvery: 5, accepted: 1, corrected: 0, rejected: 0 });
    const seen = await askPlanted(ada);
    await expect(decide(services, { ...about(ben, seen), kind: "accepted" })).rejects.toThrow("looking at");
    await decide(services, { ...about(ada, seen), kind: "rejected" });
    await decide(services, { ...about(ada, await askPlanted(ada)), kind: "corrected" });
    const [left] = (await plantedOf(volumeId)).filter(({ state }) => state === "undecided");
    // Clicked, or accepted from the list among others: closed, and no answer to a question.
    await decide(services, { ...about(ben, left.labelValue), kind: "accepted" });
    expect(await answers()).toEqual({ plantEvery: 5, accepted: 1, corrected: 1, rejected: 1 });
    expect((await plantedOf(volumeId)).filter(({ state }) => state === "replaced")).toHaveLength(4);
    expect(await api(ben).dashboard.vigilance.query({ projectId })).toEqual(await answers());
    // Switched off, those that are left are asked no more.
    await db.update(project).set({ plantEvery: 0 }).where(eq(project.id, projectId));
    for (let i = 0; i < 12; i++) expect((await next(ben, true))?.labelValue).toBe(1);
  } finally {
    random.mockRestore();
  }
  expect(await db.select().from(decision).where(eq(decision.volumeId, volumeId))).toEqual([]);
  expect(await decisionsSinceTraining(db, projectId)).toBe(0);
  expect(await judgedDoubts(db, projectId)).toEqual([]);
  expect(await api(ben).learningCurve.audit.query({ projectId })).toEqual({ accepted: 0, corrected: 0, rejected: 0 });
  await db.delete(claim);
  await db.delete(volume).where(eq(volume.id, volumeId));
  expect(await answers()).toMatchObject({ accepted: 1, corrected: 1, rejected: 1 });
});

it("is off until an owner switches it on, within bounds, and says so to everybody", async () => {
  const owner = api(ada).project.update;
  const other = await server.createProject("new", [
    [ada, "owner"],
    [ben, "annotator"],
  ]);
  expect((await api(ben).project.byId.query({ projectId: other })).plantEvery).toBe(0);
  for (const plantEvery of [1, 4, 201, 7.5])
    await expect(owner.mutate({ projectId: other, fields: { plantEvery } })).rejects.toThrow();
  await expect(api(ben).project.update.mutate({ projectId: other, fields: { plantEvery: 25 } })).rejects.toThrow();
  await owner.mutate({ projectId: other, fields: { plantEvery: 25 } });
  expect((await api(ben).project.byId.query({ projectId: other })).plantEvery).toBe(25);
  const log = await api(ada).audit.ofProject.query({ projectId: other });
  expect(log.rows.find(({ act }) => act === "project.changed")?.details).toMatchObject({ to: "plantEvery: 25" });
});
