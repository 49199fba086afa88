import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StudyBeginning } from "../../core/agreement/blind-study.ts";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { brickKeyOf } from "../../core/volume/brick.ts";
import { containsPoint, type VoxelBox, type Zyx } from "../../core/volume/voxel-space.ts";
import { auditEvent, blobRemoval, prediction, project, proposal, study, volume } from "../../db/schema/index.ts";
import { findNamedBlobs } from "../backup/named-blobs.ts";
import { createReadyVolume } from "../collab/testing/collab-fixture.ts";
import { waitFor } from "../collab/testing/wait-for.ts";
import { readAgreements } from "../export/agreement/read-agreements.ts";
import { agreementsSchema } from "../export/frozen/agreement-schema.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import { publishPrediction } from "../proposals/publish-prediction.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { studyQueueOf } from "./study-queue.ts";
import { drawNuclei, layersOf, openRoom } from "./testing/blind-scene.ts";

let server: TestServer;
let owner: TestPerson;
let judge: TestPerson;
let people: TestPerson[];
let projectId: string;
const shapeZyx = [20, 70, 90] as const;
/** Across the seam of two bricks. */
const box: VoxelBox = { minZyx: [2, 10, 40], maxZyx: [16, 60, 84] };
const open: CollabDocument[] = [];

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
  judge = await server.signUp("Judge");
  people = await Promise.all(["Ada", "Ben", "Cleo"].map((name) => server.signUp(name)));
  projectId = await server.createProject("Embryos", [
    [owner, "owner"],
    [judge, "reviewer"],
    ...people.map((person) => [person, "annotator"] as const),
  ]);
});
afterAll(async () => {
  for (const document of open) document.close();
  await server.close();
});

const api = (person: TestPerson) => createTestClient(server.address, person.cookie);
const newVolume = () =>
  createReadyVolume(server.services, { projectId, createdBy: owner.id, shapeZyx, name: randomUUID() });
const mutable = ({ minZyx, maxZyx }: VoxelBox) => ({ minZyx: [...minZyx], maxZyx: [...maxZyx] }) as never;
const start = (volumeId: string, beginsWith: StudyBeginning = "nothing") =>
  api(owner).study.start.mutate({
    projectId,
    volumeId,
    box: mutable(box),
    annotatorIds: people.map(({ id }) => id),
    adjudicatorId: judge.id,
    beginsWith,
  });

/** A cube-ish nucleus; `grow`: voxels more along x. */
const nucleus = ([z, y, x]: Zyx, grow = 0, name?: string) => ({
  box: { minZyx: [z, y, x], maxZyx: [z + 3, y + 6, x + 8 + grow] } as VoxelBox,
  ...(name && { class: name }),
});

async function draw(person: TestPerson, volumeId: string, nuclei: readonly ReturnType<typeof nucleus>[]) {
  const document = await openRoom(server, person, volumeId, shapeZyx);
  open.push(document);
  await document.loadBricks([brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1), brickKeyOf(0, 1, 0), brickKeyOf(0, 1, 1)]);
  await drawNuclei(document, nuclei);
  return document;
}

const studyOf = async (studyId: string) =>
  (await server.services.db.select().from(study).where(eq(study.id, studyId)))[0];

/** One that all have, one that two have, one that one has, and one outside of the box. */
async function drawnStudy(volumeId: string) {
  const { studyId } = await start(volumeId);
  const layers = await layersOf(server, studyId, people);
  const seen = [
    [nucleus([4, 20, 60], 0, "mitotic"), nucleus([8, 40, 50]), nucleus([1, 0, 0])],
    [nucleus([4, 20, 60], 2, "mitotic"), nucleus([8, 40, 50])],
    [nucleus([4, 20, 60], 0, "interphase"), nucleus([12, 20, 70])],
  ];
  const rooms = [];
  for (const [i, person] of people.entries()) rooms.push(await draw(person, layers[i].volumeId, seen[i]));
  return { studyId, layers, rooms };
}

/** Two proposals of a model: one inside of the box, one outside. */
async function proposeSome(volumeId: string): Promise<string> {
  const { services } = server;
  const prefix = `volumes/${volumeId}/predictions/${randomUUID()}/incoming.ome.zarr/`;
  const boxes = [nucleus([4, 20, 60]).box, nucleus([4, 2, 2]).box];
  await writeLabelImage({
    blobs: services.blobs,
    dataRoot: services.environment.dataRoot,
    prefix,
    name: "incoming",
    sourceImage: "../../../image.ome.zarr",
    shapeZyx,
    voxelSizeZyx: [1, 0.25, 0.25],
    async readBrick(key) {
      const brick = new Uint32Array(64 ** 3);
      const from = key === brickKeyOf(0, 0, 0) ? 0 : key === brickKeyOf(0, 0, 1) ? 64 : -1;
      if (from < 0) return null;
      for (const [i, { minZyx, maxZyx }] of boxes.entries())
        for (let z = minZyx[0]; z < maxZyx[0]; z++)
          for (let y = minZyx[1]; y < maxZyx[1]; y++)
            for (let x = minZyx[2]; x < maxZyx[2]; x++)
              if (x >= from && x < from + 64) brick[(z * 64 + y) * 64 + (x - from)] = i + 1;
      return brick;
    },
  });
  return publishPrediction(services, {
    volumeId,
    source: "model",
    checkpointId: null,
    snapshotId: null,
    jobId: null,
    instances: boxes.map((one, i) => ({
      id: i + 1,
      kind: "nucleus",
      box: mutable(one),
      centroidZyx: one.minZyx.map((at, axis) => (at + one.maxZyx[axis]) / 2) as [number, number, number],
      voxels: 3 * 6 * 8,
      touchesBorder: false,
      scores: null,
      facts: null,
      meanEntropy: 0,
      shape: null,
    })),
    truthShapes: [],
    predicted: { kind: "image", prefix },
    brickKeys: [brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1)],
  });
}

it("is drawn blind, closed, compared, proposed and judged, one way; the log has every step and nothing that was drawn", async () => {
  const volumeId = await newVolume();
  await proposeSome(volumeId);
  const { studyId, layers, rooms } = await drawnStudy(volumeId);
  const [ada] = people;
  await api(ada).study.sayDone.mutate({ volumeId: layers[0].volumeId, isDone: true });
  const [listed] = await api(owner).study.ofProject.query({ projectId });
  expect(listed.layers?.filter(({ isDone }) => isDone).map(({ name }) => name)).toEqual(["Ada"]);
  expect((await api(judge).study.ofProject.query({ projectId }))[0].layers).toBeNull();
  expect((await api(ada).study.ofProject.query({ projectId }))[0].own).toEqual({
    volumeId: layers[0].volumeId,
    isDone: true,
  });
  // Not before it is closed, and not by somebody else.
  await expect(api(judge).study.propose.mutate({ projectId, studyId, method: "majority" })).rejects.toThrow("compared");
  await expect(api(ada).study.close.mutate({ projectId, studyId })).rejects.toThrow();

  await api(owner).study.close.mutate({ projectId, studyId });
  // What somebody paints from now on is refused: the room is for looking.
  await waitFor(() => !rooms[0].canEdit, "closed");
  await studyQueueOf(server.services).idle();
  const told = await api(ada).study.byId.query({ projectId, studyId });
  expect(told.state).toBe("compared");
  const { result } = told;
  expect(result?.clusters.map(({ votes }) => votes).sort()).toEqual([1, 2, 3]);
  expect(result?.nuclei.toSorted()).toEqual([2, 2, 2]);
  const f1 = result?.pairs.map((pair) => pair.f1).sort();
  expect(f1).toEqual([0.5, 0.5, 1]);
  // The model has one of the two of each, and its other one lies outside.
  expect(result?.model?.map((pair) => [pair.matched, pair.onlyFirst, pair.onlySecond])).toEqual(
    Array(3).fill([1, 1, 0]),
  );
  expect(JSON.stringify(result)).not.toContain(ada.id);
  // So does a dataset version, of this volume alone and naming nobody.
  const [frozen, ...others] = agreementsSchema.parse(await readAgreements(server.services.db, [volumeId]));
  expect(others).toEqual([]);
  expect(frozen).toMatchObject({ volumeId, annotators: 3, kappa: result?.kappa, adjudicated: false, consensus: null });
  expect(frozen.pairs.map((pair) => pair.f1)).toEqual(result?.pairs.map((pair) => pair.f1));
  expect(frozen.nuclei.map(({ agreed }) => agreed).sort()).toEqual([1, 2, 3]);
  expect(await readAgreements(server.services.db, [])).toEqual([]);
  for (const { id, name } of people) for (const word of [id, name]) expect(JSON.stringify(frozen)).not.toContain(word);
  // Now the adjudicator looks, without names; others still do not.
  const open = (await api(judge).study.byId.query({ projectId, studyId })).layers ?? [];
  expect(open.map(({ name }) => name)).toEqual([null, null, null]);
  expect(await api(judge).volume.byId.query({ volumeId: layers[0].volumeId })).toMatchObject({ role: "viewer" });
  await expect(api(people[1]).volume.byId.query({ volumeId: layers[0].volumeId })).rejects.toThrow("not a member");

  expect(await api(judge).study.propose.mutate({ projectId, studyId, method: "majority" })).toEqual({ nuclei: 2 });
  const rows = await server.services.db
    .select()
    .from(proposal)
    .where(and(eq(proposal.volumeId, volumeId), eq(proposal.state, "undecided")));
  const [inside, outside] = [true, false].map((is) =>
    rows.filter(({ centroidZyx: [z, y, x] }) => containsPoint(box, z, y, x) === is),
  );
  expect(inside.map(({ reason }) => reason).sort()).toEqual([
    "three of three annotators drew it",
    "two of three annotators drew it",
  ]);
  expect(outside).toHaveLength(1);
  // The image that pages show has both, voxel by voxel.
  const [current] = await server.services.db
    .select()
    .from(prediction)
    .where(and(eq(prediction.volumeId, volumeId), eq(prediction.current, true)));
  expect(current.source).toBe("study");
  const brick = await readLabelChunk(server.services.blobs, current.blobPrefix, brickKeyOf(0, 0, 0));
  const count = (label: number) => brick?.filter((value) => value === label).length;
  expect(count(outside[0].labelValue)).toBe(3 * 6 * 8);
  // The one that fewest have is asked first.
  const question = await api(judge).queue.next.mutate({ volumeId, pageId: "page of a test", skipped: [] });
  expect(question?.reason).toBe("two of three annotators drew it");
  await api(judge).study.finish.mutate({ projectId, studyId });
  await expect(api(judge).study.propose.mutate({ projectId, studyId, method: "staple" })).rejects.toThrow(
    "adjudicated",
  );

  const acts = await server.services.db
    .select({ act: auditEvent.act, details: auditEvent.details })
    .from(auditEvent)
    .where(eq(auditEvent.projectId, projectId))
    .orderBy(auditEvent.position);
  expect(acts.map(({ act }) => act).filter((act) => act.startsWith("study."))).toEqual([
    "study.started",
    "study.layer-done",
    "study.closed",
    "study.consensus-proposed",
    "study.adjudicated",
  ]);
  expect(JSON.stringify(acts)).not.toContain("mitotic");
}, 90_000);

/** Ends the process that compares, as soon as there is one. */
async function killComparison(): Promise<void> {
  let killed = false;
  await waitFor(() => {
    const { stdout } = spawnSync("pgrep", ["-P", String(process.pid), "-f", "study-process"], { encoding: "utf8" });
    for (const pid of stdout.split("\n").filter(Boolean)) {
      process.kill(Number(pid), "SIGKILL");
      killed = true;
    }
    return killed;
  }, "a process that compares");
}

it("a comparison that is killed, or left by a stopped server, is begun again and comes to the same", async () => {
  const volumeId = await newVolume();
  const { studyId } = await drawnStudy(volumeId);
  await api(owner).study.close.mutate({ projectId, studyId });
  await killComparison();
  const queue = studyQueueOf(server.services);
  await queue.idle();
  const { result } = await studyOf(studyId);
  expect(result?.clusters).toHaveLength(3);
  const begun = { state: "comparing", progress: 0.4, result: null } as const;
  await server.services.db.update(study).set(begun).where(eq(study.id, studyId));
  queue.resume();
  await queue.idle();
  expect(await studyOf(studyId)).toMatchObject({ state: "compared", progress: 1, result });
  // One that failed is left alone until somebody asks for it.
  const failed = { state: "comparing", problem: { tag: "study-not-compared", what: "It failed." } } as const;
  await server.services.db.update(study).set(failed).where(eq(study.id, studyId));
  queue.nudge();
  await queue.idle();
  expect((await studyOf(studyId)).state).toBe("comparing");
  await api(owner).study.compareAgain.mutate({ projectId, studyId });
  await queue.idle();
  expect(await studyOf(studyId)).toMatchObject({ state: "compared", problem: null, result });
}, 60_000);

it("layers that begin with proposals all have the same ones, of the box alone", async () => {
  const volumeId = await newVolume();
  await expect(start(volumeId, "proposals")).rejects.toThrow("Nothing is proposed");
  await proposeSome(volumeId);
  const { studyId } = await start(volumeId, "proposals");
  await studyQueueOf(server.services).idle();
  const layers = await layersOf(server, studyId, people);
  for (const { volumeId: layerId } of layers) {
    const rows = await server.services.db.select().from(proposal).where(eq(proposal.volumeId, layerId));
    expect(rows.map(({ centroidZyx, voxels }) => [centroidZyx.map(Math.round), voxels])).toEqual([
      [[5, 23, 64].map((at) => expect.closeTo(at, -0.5)), 3 * 6 * 8],
    ]);
  }
  const question = await api(people[0]).queue.next.mutate({
    volumeId: layers[0].volumeId,
    pageId: "page of a test",
    skipped: [],
  });
  expect(question?.kind).toBe("nucleus");
}, 60_000);

it("is refused where the plan is wrong, and a layer's image is nobody's blob in a backup", async () => {
  const volumeId = await newVolume();
  const given = { projectId, volumeId, box: mutable(box), beginsWith: "nothing" } as const;
  const two = people.slice(0, 2).map(({ id }) => id);
  const plan = (change: object) =>
    api(owner).study.start.mutate({ ...given, annotatorIds: two, adjudicatorId: judge.id, ...change });
  await expect(plan({ adjudicatorId: people[0].id })).rejects.toThrow("does not draw");
  await expect(plan({ annotatorIds: two.slice(1) })).rejects.toThrow("At least two");
  await expect(plan({ box: mutable({ minZyx: [0, 0, 0], maxZyx: [21, 70, 90] }) })).rejects.toThrow(
    "beyond the volume",
  );
  const foreign = await server.createProject("Others", [[people[0], "owner"]]);
  const theirs = await createReadyVolume(server.services, {
    projectId: foreign,
    createdBy: owner.id,
    shapeZyx,
    name: "x",
  });
  await expect(plan({ volumeId: theirs })).rejects.toThrow("not there");
  const { studyId } = await plan({});
  const [layer] = await layersOf(server, studyId, people.slice(0, 1));
  const keys = [];
  for await (const key of (await findNamedBlobs(server.services.db)).required()) keys.push(key);
  expect(keys).toContain(`volumes/${volumeId}/image.ome.zarr/zarr.json`);
  expect(keys.filter((key) => key.includes(layer.volumeId))).toEqual([]);
}, 30_000);

it("goes whole: with itself, with its volume, with its project", async () => {
  const { db } = server.services;
  const deskRows = (studyId: string) => db.$count(project, eq(project.deskOf, studyId));
  const layerRows = (ids: readonly string[]) => db.$count(volume, inArray(volume.id, [...ids]));
  const left = async (studyId: string, layers: readonly { volumeId: string }[]) => {
    const ids = layers.map(({ volumeId }) => volumeId);
    const blobs = [];
    for (const id of ids) for await (const key of server.services.blobs.list(`volumes/${id}/`)) blobs.push(key);
    return [await deskRows(studyId), await layerRows(ids), blobs.length, await db.$count(blobRemoval)];
  };
  const volumeId = await newVolume();
  const first = await drawnStudy(volumeId);
  const someoneIn = first.rooms[0];
  await api(owner).study.remove.mutate({ projectId, studyId: first.studyId });
  expect(await left(first.studyId, first.layers)).toEqual([0, 0, 0, 0]);
  await waitFor(() => !someoneIn.canEdit, "thrown out");

  const second = await drawnStudy(volumeId);
  const [{ name }] = await db.select().from(volume).where(eq(volume.id, volumeId));
  await api(owner).volume.delete.mutate({ volumeId, name });
  expect(await left(second.studyId, second.layers)).toEqual([0, 0, 0, 0]);

  const third = await drawnStudy(await newVolume());
  await api(owner).project.delete.mutate({ projectId, name: "Embryos" });
  expect(await left(third.studyId, third.layers)).toEqual([0, 0, 0, 0]);
}, 90_000);
