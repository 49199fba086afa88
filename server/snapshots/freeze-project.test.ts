import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { BRICK_SIZE, BRICK_VOXELS, brickKeyOf } from "../../core/volume/brick.ts";
import {
  checkpoint,
  claim,
  prediction,
  project,
  proposal,
  snapshot,
  snapshotVolume,
  trainingBox,
  trainingJob,
  volume,
} from "../../db/schema/index.ts";
import { requestTraining } from "../jobs/request-training.ts";
import { trainingReadiness } from "../jobs/training-readiness.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import { labelWorkerOf } from "../label-worker/label-worker.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { snapshotVolumeFolder } from "../storage/snapshot-places.ts";
import { seedProposals, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { freezeProject } from "./freeze-project.ts";

let server: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());

const SHAPE = [20, 70, 90] as const;
const KEY = brickKeyOf(0, 0, 0);
/** One voxel of each label, at x = 2 · index in the first row. */
const brickWith = (labels: readonly number[]): Uint32Array => {
  const brick = new Uint32Array(BRICK_VOXELS);
  labels.forEach((label, index) => {
    brick[(3 * BRICK_SIZE + 5) * BRICK_SIZE + 2 * index] = label;
  });
  return brick;
};
const valuesIn = (brick: Uint32Array | null) =>
  [...new Set(brick ?? [])].filter((value) => value !== 0).sort((a, b) => a - b);

async function projectWith(labels: readonly number[], given: { specimen?: string } = {}) {
  const projectId = await server.createProject("frozen", [[ada, "owner"]]);
  const volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id, ...given });
  await server.services.blobs.put(
    `volumes/${volumeId}/base/${KEY}`,
    gzipSync(new Uint8Array(brickWith(labels).buffer)),
  );
  return { projectId, volumeId };
}
const freeze = (projectId: string) =>
  freezeProject(server.services, { projectId, reason: "training", createdBy: ada.id });
const manifestOf = async (snapshotId: string, volumeId: string) =>
  (await server.services.db.select().from(snapshotVolume).where(eq(snapshotVolume.snapshotId, snapshotId))).find(
    (row) => row.volumeId === volumeId,
  )?.manifest;

it("keeps labels, boxes and the split as they were, whatever happens to the volume afterwards", async () => {
  const { projectId, volumeId } = await projectWith([7, 70_000]);
  await server.services.db.insert(trainingBox).values({
    volumeId,
    kind: "validation",
    minZyx: [0, 0, 0],
    maxZyx: [2, 3, 4],
    createdBy: ada.id,
  });
  const id = await freeze(projectId);
  await server.services.db.delete(trainingBox);
  await server.services.blobs.put(`volumes/${volumeId}/base/${KEY}`, gzipSync(new Uint8Array(brickWith([1]).buffer)));

  expect(await manifestOf(id, volumeId)).toMatchObject({
    volumeId,
    keptOut: false,
    shapeZyx: SHAPE,
    nuclei: [
      { label: 7, status: "accepted", by: null },
      { label: 70_000, status: "accepted" },
    ],
    rejectedProposals: null,
    boxes: [{ kind: "validation", box: { minZyx: [0, 0, 0], maxZyx: [2, 3, 4] } }],
  });
  const prefix = `${snapshotVolumeFolder(id, volumeId)}labels.ome.zarr/`;
  expect(valuesIn(await readLabelChunk(server.services.blobs, prefix, KEY))).toEqual([7, 70_000]);
  const group = JSON.parse(
    new TextDecoder().decode((await server.services.blobs.get(`${prefix}zarr.json`)) ?? undefined),
  );
  expect(group.attributes.ome["image-label"].properties).toMatchObject([
    { "label-value": 7, status: "accepted" },
    { "label-value": 70_000, status: "accepted" },
  ]);
  const [row] = await server.services.db.select().from(snapshot).where(eq(snapshot.id, id));
  expect(row.completedAt).not.toBeNull();
});

it("counts what somebody is working on as unfinished, and copies what was rejected and what is open", async () => {
  const { projectId, volumeId } = await projectWith([7, 8]);
  const { db, blobs } = server.services;
  const predictionId = await seedProposals(server.services, volumeId, [
    { labelValue: 21 },
    { labelValue: 22, state: "rejected" },
    { labelValue: 23, state: "replaced" },
    { labelValue: 24, kind: "candidate" },
  ]);
  await writeLabelImage({
    blobs,
    dataRoot: server.dataRoot,
    prefix: `volumes/${volumeId}/predictions/test/labels.ome.zarr/`,
    name: "proposals",
    sourceImage: "../../../image.ome.zarr",
    shapeZyx: SHAPE,
    voxelSizeZyx: [1, 0.25, 0.25],
    readBrick: async (key) => (key === KEY ? brickWith([0, 0, 21, 22, 23, 24]) : null),
  });
  await db
    .update(proposal)
    .set({ minZyx: [3, 5, 0], maxZyx: [4, 6, 12] })
    .where(eq(proposal.predictionId, predictionId));
  await db.insert(claim).values({
    volumeId,
    labelValue: 8,
    userId: ada.id,
    pageId: "page-of-ada",
    expiresAt: new Date(Date.now() + 60_000),
  });
  const id = await freeze(projectId);
  const manifest = await manifestOf(id, volumeId);
  expect(manifest?.nuclei.map(({ label, status }) => [label, status])).toEqual([
    [7, "accepted"],
    [8, "unfinished"],
  ]);
  expect(manifest?.rejectedProposals).toEqual([22]);
  const prefix = `${snapshotVolumeFolder(id, volumeId)}proposals.ome.zarr/`;
  // A candidate is a question, not a nucleus that somebody proposed: training may call its place background.
  expect(valuesIn(await readLabelChunk(blobs, prefix, KEY))).toEqual([21, 22]);
});

it("copies the proposals of one moment, though newer ones take their place and the old image goes meanwhile", async () => {
  const { projectId, volumeId } = await projectWith([7]);
  const { db, blobs } = server.services;
  const imageOf = async (name: string, labels: readonly number[]) => {
    const folder = `volumes/${volumeId}/predictions/${name}/`;
    await writeLabelImage({
      blobs,
      dataRoot: server.dataRoot,
      prefix: `${folder}labels.ome.zarr/`,
      name: "proposals",
      sourceImage: "../../../image.ome.zarr",
      shapeZyx: SHAPE,
      voxelSizeZyx: [1, 0.25, 0.25],
      readBrick: async (key) => (key === KEY ? brickWith(labels) : null),
    });
    return folder;
  };
  const old = await imageOf("test", [0, 21, 22]);
  await seedProposals(server.services, volumeId, [{ labelValue: 21 }, { labelValue: 22 }]);
  const worker = labelWorkerOf(server.services);
  const freezing = vi.spyOn(worker, "freeze").mockImplementationOnce(async (task) => {
    // What publishing a prediction does, at the worst moment.
    await db.transaction(async (tx) => {
      await tx.update(prediction).set({ current: false, blobPrefix: "" }).where(eq(prediction.volumeId, volumeId));
      await tx.update(proposal).set({ state: "replaced" }).where(eq(proposal.volumeId, volumeId));
      await scheduleBlobRemoval(tx, [old]);
    });
    await removeScheduledBlobs(db, blobs);
    return worker.freeze(task);
  });
  const id = await freeze(projectId);
  freezing.mockRestore();
  const prefix = `${snapshotVolumeFolder(id, volumeId)}proposals.ome.zarr/`;
  expect(valuesIn(await readLabelChunk(blobs, prefix, KEY))).toEqual([21, 22]);
  await removeScheduledBlobs(db, blobs);
  for await (const key of blobs.list(old)) expect(key).toBeUndefined();
});

it("leaves a volume that nobody has labelled out of a training, without reading a brick of it", async () => {
  const { projectId, volumeId } = await projectWith([7, 8, 9]);
  const bare = await seedVolume(server.services, { projectId, createdBy: ada.id });
  // As large as a volume can be: copying its labels would take minutes and gigabytes.
  await server.services.db
    .update(volume)
    .set({ shapeZyx: [1500, 1400, 1600] })
    .where(eq(volume.id, bare));
  const id = await freeze(projectId);
  expect(await manifestOf(id, volumeId)).toMatchObject({ volumeId });
  expect(await manifestOf(id, bare)).toBeUndefined();
  for await (const key of server.services.blobs.list(snapshotVolumeFolder(id, bare))) expect(key).toBeUndefined();
});

it("never divides a specimen, also when one of its volumes came later", async () => {
  const { projectId, volumeId } = await projectWith([1, 2, 3], { specimen: "embryo 9" });
  await server.services.db.update(volume).set({ keptOut: true }).where(eq(volume.id, volumeId));
  const later = await seedVolume(server.services, { projectId, createdBy: ada.id, specimen: "embryo 9" });
  await server.services.blobs.put(`volumes/${later}/base/${KEY}`, gzipSync(new Uint8Array(brickWith([5]).buffer)));
  const id = await freeze(projectId);
  expect((await manifestOf(id, volumeId))?.keptOut).toBe(true);
  expect((await manifestOf(id, later))?.keptOut).toBe(true);
  expect((await trainingReadiness(server.services, projectId, true)).missing).toEqual([
    "Every specimen is kept out of training: give one back.",
  ]);
});

it("says what is missing before a training, in nuclei and places", async () => {
  const empty = await server.createProject("empty", [[ada, "owner"]]);
  await expect(requestTraining(server.services, { projectId: empty, createdBy: ada.id })).rejects.toMatchObject({
    tag: "training-needs-more",
    what: "The project has no volume yet: import one.",
  });
  const { projectId, volumeId } = await projectWith([4]);
  expect(await trainingReadiness(server.services, projectId, true)).toMatchObject({
    nuclei: 1,
    validationPlaces: 0,
    missing: ["Only one nucleus is labelled: draw or accept at least 2 more."],
    advice: [expect.stringContaining("kept for validation"), expect.stringContaining("checked empty")],
  });
  await server.services.db.insert(trainingBox).values({
    volumeId,
    kind: "validation",
    minZyx: [0, 0, 0],
    maxZyx: [20, 70, 90],
    createdBy: ada.id,
  });
  expect(await trainingReadiness(server.services, projectId, true)).toMatchObject({
    nuclei: 0,
    validationPlaces: 1,
    missing: ["No nucleus is labelled outside the validation boxes: draw or accept at least 3 more."],
    advice: [expect.stringContaining("checked empty")],
  });
  await server.services.db.insert(trainingBox).values({
    volumeId,
    kind: "checked-empty",
    minZyx: [0, 0, 0],
    maxZyx: [4, 7, 9],
    createdBy: ada.id,
  });
  expect((await trainingReadiness(server.services, projectId, true)).advice).toEqual([]);
});

it("queues one training when three people press Train at once, and leaves no snapshot of the others", async () => {
  const { projectId } = await projectWith([1, 2, 3, 4]);
  await server.services.db.update(project).set({ trainMinutes: 4 }).where(eq(project.id, projectId));
  const results = await Promise.allSettled(
    [1, 2, 3].map(() => requestTraining(server.services, { projectId, createdBy: ada.id })),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const result of results)
    if (result.status === "rejected") expect(result.reason).toMatchObject({ tag: "already-training" });
  const jobs = await server.services.db.select().from(trainingJob).where(eq(trainingJob.projectId, projectId));
  const models = await server.services.db.select().from(checkpoint).where(eq(checkpoint.projectId, projectId));
  expect(models).toMatchObject([{ origin: "product" }]);
  expect(jobs).toMatchObject([
    { state: "queued", payload: { kind: "train", minutes: 4, parentCheckpointId: models[0].id } },
  ]);
  const snapshots = await server.services.db.select().from(snapshot).where(eq(snapshot.projectId, projectId));
  expect(snapshots.map(({ id }) => id)).toEqual([jobs[0].payload.snapshotId]);
});
