import { gzipSync } from "node:zlib";
import { and, asc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { BRICK_SIZE, BRICK_VOXELS, brickKeyOf } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { claim, prediction, proposal, volume } from "../../db/schema/index.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { claimNext } from "./claim-next.ts";
import { decide } from "./decide.ts";
import { publishPrediction } from "./publish-prediction.ts";

const SHAPE: Zyx = [20, 70, 90];
/** Two bricks meet at x = 64. */
const KEYS = [brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1)];
type Box = readonly [min: Zyx, max: Zyx];

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let projectId: string;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  ben = await server.signUp("Ben");
  projectId = await server.createProject("proposals", [
    [ada, "owner"],
    [ben, "annotator"],
  ]);
});
afterAll(() => server.close());
beforeEach(async () => {
  volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id, shapeZyx: SHAPE });
  await server.services.db.update(volume).set({ labelCounter: 70_000 }).where(eq(volume.id, volumeId));
});

/** A brick of boxes with values 1, 2, … */
function brickOf(boxes: readonly Box[], brickX: number): Uint32Array {
  const brick = new Uint32Array(BRICK_VOXELS);
  boxes.forEach(([min, max], index) => {
    for (let z = min[0]; z < max[0]; z++)
      for (let y = min[1]; y < max[1]; y++)
        for (let x = min[2]; x < max[2]; x++)
          if (Math.floor(x / BRICK_SIZE) === brickX)
            brick[(z * BRICK_SIZE + y) * BRICK_SIZE + (x % BRICK_SIZE)] = index + 1;
  });
  return brick;
}

const voxelsOf = ([min, max]: Box): number => (max[0] - min[0]) * (max[1] - min[1]) * (max[2] - min[2]);

const instanceOf = (box: Box, index: number): PredictedInstance => ({
  id: index + 1,
  kind: "nucleus",
  box: { minZyx: box[0], maxZyx: box[1] },
  centroidZyx: [1, 1, 1],
  voxels: voxelsOf(box),
  touchesBorder: false,
  scores: { u1: 0, u2: index / 10, u3: 0, u4: 0 },
  facts: { passes: 8, matched: 8, split: 0, merged: 0 },
  meanEntropy: 0,
  shape: null,
});

async function publish(
  boxes: readonly Box[],
  change: (instance: PredictedInstance, index: number) => PredictedInstance = (one) => one,
): Promise<string> {
  const folder = `projects/${projectId}/jobs/sent/`;
  for (const [x, key] of KEYS.entries())
    await server.services.blobs.put(`${folder}${key}`, gzipSync(new Uint8Array(brickOf(boxes, x).buffer)));
  return publishPrediction(server.services, {
    volumeId,
    source: "model",
    checkpointId: null,
    snapshotId: null,
    jobId: null,
    instances: boxes.map(instanceOf).map(change),
    truthShapes: [],
    brickKeys: KEYS,
    predicted: { kind: "bricks", folder },
  });
}

const rows = () =>
  server.services.db.select().from(proposal).where(eq(proposal.volumeId, volumeId)).orderBy(asc(proposal.labelValue));
const openBoxes = async () =>
  (await rows()).filter(({ state }) => state === "undecided").map(({ minZyx, maxZyx }) => [minZyx, maxZyx]);
/** Voxels of a label in the image that is shown. */
async function shownVoxels(label: number): Promise<number> {
  const [current] = await server.services.db
    .select()
    .from(prediction)
    .where(and(eq(prediction.volumeId, volumeId), eq(prediction.current, true)));
  let count = 0;
  for (const key of KEYS)
    for (const value of (await readLabelChunk(server.services.blobs, current.blobPrefix, key)) ?? [])
      if (value === label) count++;
  return count;
}
const next = (person: TestPerson) =>
  claimNext(server.services, { projectId, volumeId, userId: person.id, pageId: `page of ${person.name}`, skipped: [] });

const LEFT: Box = [
  [2, 10, 10],
  [8, 20, 24],
];
const MIDDLE: Box = [
  [4, 30, 58],
  [9, 42, 72],
]; // over both bricks
const RIGHT: Box = [
  [10, 5, 75],
  [15, 14, 85],
];

it("gives every proposal a label value of its own, and stores its image", async () => {
  await publish([LEFT, MIDDLE]);
  const found = await rows();
  expect(found.map(({ labelValue, voxels }) => [labelValue, voxels])).toEqual([
    [70_001, voxelsOf(LEFT)],
    [70_002, voxelsOf(MIDDLE)],
  ]);
  expect(found[1]).toMatchObject({ minZyx: MIDDLE[0], maxZyx: MIDDLE[1], centroidZyx: [6, 35.5, 64.5] });
  expect(await shownVoxels(70_002)).toBe(voxelsOf(MIDDLE));
});

it("proposes only where nobody has labelled, and drops what loses more than half", async () => {
  // Somebody has labelled all of RIGHT but a rest, and a third of MIDDLE.
  const labelled: Box[] = [
    [
      [10, 5, 75],
      [15, 14, 81],
    ],
    [
      [4, 30, 58],
      [9, 34, 72],
    ],
  ];
  for (const [index, key] of KEYS.entries())
    await server.services.blobs.put(
      `volumes/${volumeId}/base/${key}`,
      gzipSync(new Uint8Array(brickOf(labelled, index).buffer)),
    );
  await publish([LEFT, MIDDLE, RIGHT]);
  expect(await openBoxes()).toEqual([
    [...LEFT],
    [
      [4, 34, 58],
      [9, 42, 72],
    ],
  ]);
});

it("replaces what was open, and keeps decisions and what somebody is looking at", async () => {
  await publish([LEFT, MIDDLE, RIGHT]);
  const question = await next(ben);
  expect(question?.labelValue).toBe(70_003); // RIGHT has the largest u2
  await decide(server.services, { projectId, volumeId, labelValue: 70_001, userId: ada.id, kind: "accepted" });

  const grown: Box = [
    [4, 28, 56],
    [10, 42, 72],
  ];
  await publish([grown, RIGHT]);
  const found = await rows();
  expect(found.map(({ labelValue, state }) => [labelValue, state])).toEqual([
    [70_001, "accepted"],
    [70_002, "replaced"],
    [70_003, "undecided"],
    [70_004, "undecided"],
  ]);
  expect(found[3]).toMatchObject({ minZyx: grown[0], maxZyx: grown[1] });
  // Ben's question is in the new image, voxel by voxel; the new one at its place is not asked beside it.
  expect(await shownVoxels(70_003)).toBe(voxelsOf(RIGHT));
  expect(await shownVoxels(70_002)).toBe(0);
  await decide(server.services, { projectId, volumeId, labelValue: 70_003, userId: ben.id, kind: "corrected" });
  expect((await rows())[2].state).toBe("corrected");
});

it("does not ask again about what overlaps a rejected one, two predictions later", async () => {
  await publish([LEFT, RIGHT]);
  await decide(server.services, { projectId, volumeId, labelValue: 70_001, userId: ada.id, kind: "rejected" });
  const similar: Box = [
    [2, 10, 11],
    [8, 20, 25],
  ]; // IoU 13/15
  const other: Box = [
    [2, 10, 18],
    [8, 20, 32],
  ]; // IoU 6/22
  await publish([RIGHT]);
  await publish([similar]);
  expect((await rows()).at(-1)).toMatchObject({ state: "undecided", suppressed: true });
  expect(await next(ben)).toBeNull();
  await publish([other]);
  expect((await rows()).at(-1)).toMatchObject({ suppressed: false });
  expect(await next(ben)).toMatchObject({ minZyx: other[0] });
});

it("never replaces a proposal under the hands of somebody who claims while it is published", async () => {
  const many = Array.from({ length: 24 }, (_, i): Box => {
    const [y, x] = [2 + 10 * Math.floor(i / 6), 2 + 14 * (i % 6)];
    return [
      [2, y, x],
      [8, y + 8, x + 10],
    ];
  });
  await publish(many);
  const held = new Set<number>();
  let publishing = true;
  const published = (async () => {
    for (let round = 0; round < 3; round++) await publish(many);
    publishing = false;
  })();
  while (publishing) {
    const page = `page ${held.size} of Ada`;
    const question = await claimNext(server.services, {
      projectId,
      volumeId,
      userId: ada.id,
      pageId: page,
      skipped: [],
    });
    if (question) held.add(question.labelValue);
    // Slower than a publication, as people are.
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  await published;
  expect(held.size).toBeGreaterThan(0);
  const states = new Map((await rows()).map(({ labelValue, state }) => [labelValue, state]));
  for (const label of held) {
    expect(states.get(label), `label ${label}`).toBe("undecided");
    expect(await shownVoxels(label)).toBeGreaterThan(0);
  }
});

it("settles what the labels already answer, instead of asking", async () => {
  await publish([LEFT, RIGHT]);
  // Somebody drew RIGHT by hand after the prediction.
  await server.services.blobs.put(
    `volumes/${volumeId}/base/${KEYS[1]}`,
    gzipSync(new Uint8Array(brickOf([RIGHT], 1).buffer)),
  );
  // The base was kept in memory: a room that opens anew reads it again.
  await liveVolumesOf(server.services).end(volumeId, 1001, "test");
  expect(await next(ben)).toMatchObject({ labelValue: 70_001 });
  expect((await rows()).map(({ state }) => state)).toEqual(["undecided", "replaced"]);
  const claims = await server.services.db
    .select({ labelValue: claim.labelValue })
    .from(claim)
    .where(and(eq(claim.volumeId, volumeId), sql`expires_at > now()`));
  expect(claims).toEqual([{ labelValue: 70_001 }]);
});

it("removes the images that nothing refers to any more", async () => {
  await publish([LEFT]);
  await publish([RIGHT]);
  const images = await server.services.db
    .select({ id: prediction.id, blobPrefix: prediction.blobPrefix, current: prediction.current })
    .from(prediction)
    .where(eq(prediction.volumeId, volumeId));
  expect(images.map(({ current, blobPrefix }) => [current, blobPrefix !== ""]).sort()).toEqual([
    [false, false],
    [true, true],
  ]);
  const gone = images.find(({ current }) => !current);
  const left: string[] = [];
  for await (const key of server.services.blobs.list(`volumes/${volumeId}/predictions/${gone?.id}/`)) left.push(key);
  expect(left).toEqual([]);
});

it("keeps the class proposed with a nucleus, shows it with the question and in the list, and asks first where it is in doubt", async () => {
  const boxes: Box[] = [
    [
      [2, 2, 2],
      [6, 10, 12],
    ],
    [
      [2, 20, 20],
      [7, 30, 32],
    ],
  ];
  const told = [
    { name: "late", probability: 0.97 },
    { name: "early", probability: 0.55 },
  ];
  const same = { u1: 0.5, u2: 0.5, u3: 0.5, u4: 0.5 };
  await publish(boxes, (one, index) => ({ ...one, scores: same, class: told[index] }));
  const [sure, doubtful] = await rows();
  expect([sure.proposedClass, sure.classProbability]).toEqual(["late", 0.97]);
  expect(doubtful.uncertainty).toBeGreaterThan(sure.uncertainty ?? 1);
  expect(doubtful.reason).toMatch(/its class is in doubt$/);
  const request = { projectId, volumeId, userId: ada.id, pageId: "a page", skipped: [] };
  const question = await claimNext(server.services, request);
  expect([question?.labelValue, question?.proposedClass]).toEqual([doubtful.labelValue, told[1]]);
  const client = createTestClient(server.address, ada.cookie);
  const list = await client.proposal.list.query({ volumeId });
  expect([list.className, list.classProbability]).toEqual([
    ["late", "early"],
    [0.97, 0.55],
  ]);
  expect(await client.proposal.at.query({ volumeId, labelValue: sure.labelValue })).toMatchObject({
    className: "late",
    classProbability: 0.97,
  });
  await publish(boxes);
  expect((await rows()).at(-1)).toMatchObject({ proposedClass: null, classProbability: null });
});
