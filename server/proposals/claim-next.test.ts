import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { proposalsOf } from "../../core/labels/proposal-columns.ts";
import { BRICK_VOXELS, brickKeyOf, indexInBrick } from "../../core/volume/brick.ts";
import { claim, decision, prediction, project, proposal, trainingBox, volume } from "../../db/schema/index.ts";
import { seedProposals, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { claimNext, prolongClaim, releaseClaims } from "./claim-next.ts";
import { decide, skip, undoDecision } from "./decide.ts";

let server: TestServer;
let people: TestPerson[];
let projectId: string;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  people = [];
  for (const name of ["Ada", "Barbara", "Chien", "Dorothy"]) people.push(await server.signUp(name));
  projectId = await server.createProject(
    "queue",
    people.map((person) => [person, "annotator"] as const),
  );
});
afterAll(() => server.close());
beforeEach(async () => {
  const { db } = server.services;
  await db.delete(claim);
  await db.delete(volume);
  await db.update(project).set({ questionsAsked: 0 });
  volumeId = await seedVolume(server.services, { projectId, createdBy: people[0].id });
});

const next = (person: TestPerson, pageId = `page of ${person.name}`, skipped: number[] = []) =>
  claimNext(server.services, { projectId, volumeId, userId: person.id, pageId, skipped });
const about = (labelValue: number, person: TestPerson) => ({ projectId, volumeId, labelValue, userId: person.id });
const stateOf = async (labelValue: number) =>
  (
    await server.services.db
      .select({ state: proposal.state })
      .from(proposal)
      .where(and(eq(proposal.volumeId, volumeId), eq(proposal.labelValue, labelValue)))
  )[0].state;

it("asks about the most uncertain one that may be asked and nobody holds", async () => {
  await seedProposals(server.services, volumeId, [
    { uncertainty: 0.5 },
    { uncertainty: 0.9, touchesBorder: true },
    { uncertainty: 0.8, suppressed: true },
    { uncertainty: 0.7, state: "accepted" },
    { uncertainty: 0.6, queued: false },
    { uncertainty: 0.4 },
  ]);
  expect((await next(people[0]))?.labelValue).toBe(1);
  expect((await next(people[1]))?.labelValue).toBe(6);
  expect(await next(people[2])).toBeNull();
});

it("does not ask inside boxes in which all nuclei are labelled, nor about what the border cuts, and counts both right", async () => {
  const at = (labelValue: number, centroidZyx: readonly [number, number, number]) => ({ labelValue, centroidZyx });
  await seedProposals(server.services, volumeId, [
    { ...at(1, [5, 10, 20]), uncertainty: 0.9 },
    { ...at(2, [4.9, 10, 20]), uncertainty: 0.8 },
    { ...at(3, [7.5, 29.9, 39.9]), uncertainty: 0.7 },
    { ...at(4, [7.5, 30, 39]), uncertainty: 0.6 },
    { ...at(5, [0, 3, 3]), uncertainty: 0.95, touchesBorder: true },
    { ...at(6, [8, 12, 22]), uncertainty: 0.99, touchesBorder: true },
  ]);
  const box = { minZyx: [5, 10, 20], maxZyx: [9, 30, 40] } as const;
  await server.services.db
    .insert(trainingBox)
    .values({ volumeId, kind: "fully-labelled", createdBy: people[0].id, ...box });
  const state = await createTestClient(server.address, people[1].cookie).queue.state.query({ volumeId });
  expect([state.waiting, state.cutByBorder]).toEqual([2, 1]);
  expect([(await next(people[0]))?.labelValue, (await next(people[1]))?.labelValue, await next(people[2])]).toEqual([
    2,
    4,
    null,
  ]);
});

it("lists all that are open, in columns, with who looks at which", async () => {
  const empty = await createTestClient(server.address, people[1].cookie).proposal.list.query({ volumeId });
  expect(proposalsOf(empty)).toEqual([]);
  await seedProposals(server.services, volumeId, [
    { labelValue: 30, uncertainty: 0.5, reason: 'two passes "split" it', centroidZyx: [1, 2.5, 3] },
    { labelValue: 7, uncertainty: null, kind: "candidate", touchesBorder: true, voxels: 9 },
    { labelValue: 12, uncertainty: 0.9, state: "accepted" },
  ]);
  expect((await next(people[0]))?.labelValue).toBe(30);
  const rows = await server.services.db
    .select()
    .from(proposal)
    .where(and(eq(proposal.volumeId, volumeId), eq(proposal.state, "undecided")));
  const list = await createTestClient(server.address, people[1].cookie).proposal.list.query({ volumeId });
  expect(proposalsOf(list)).toEqual(
    rows
      .sort((a, b) => a.labelValue - b.labelValue)
      .map(({ labelValue, kind, touchesBorder, centroidZyx, minZyx, maxZyx, voxels, uncertainty, reason }) => ({
        ...{ labelValue, isCandidate: kind === "candidate", touchesBorder, centroidZyx, minZyx, maxZyx },
        ...{
          voxels,
          uncertainty,
          reason,
          className: null,
          classProbability: null,
          heldBy: labelValue === 30 ? "Ada" : null,
        },
      })),
  );
});

it("asks first what was just taken back, but nothing that may not be asked or that another looks at", async () => {
  await seedProposals(server.services, volumeId, [
    { uncertainty: 0.9 },
    { uncertainty: 0.2 },
    { uncertainty: 0.8, suppressed: true },
  ]);
  const first = (person: TestPerson, label: number) =>
    claimNext(server.services, {
      projectId,
      volumeId,
      userId: person.id,
      pageId: `page of ${person.name}`,
      skipped: [],
      first: label,
    });
  expect((await first(people[0], 2))?.labelValue).toBe(2);
  expect((await first(people[1], 2))?.labelValue).toBe(1);
  expect(await first(people[2], 3)).toBeNull();
});

it("never gives two people the same one, whatever they do at the same time", async () => {
  const random = seededRandom(20);
  await seedProposals(
    server.services,
    volumeId,
    Array.from({ length: 90 }, (_, i) => ({
      kind: i % 6 === 0 ? ("candidate" as const) : ("nucleus" as const),
      uncertainty: random(),
    })),
  );
  const held = new Map<number, string>();
  const decided: number[] = [];
  const pages = Array.from({ length: 12 }, (_, i) => ({
    person: people[i % people.length],
    pageId: `page-${i}-xxxxx`,
  }));
  await Promise.all(
    pages.map(async ({ person, pageId }) => {
      for (;;) {
        const question = await next(person, pageId);
        if (!question) return;
        const { labelValue } = question;
        expect(held.get(labelValue), `label ${labelValue}`).toBeUndefined();
        expect(decided).not.toContain(labelValue);
        held.set(labelValue, pageId);
        await prolongClaim(server.services, { volumeId, labelValue, userId: person.id, pageId });
        // What this page gives up is open for the others from the moment it says so.
        held.delete(labelValue);
        if (random() < 0.25) {
          await releaseClaims(server.services.db, { volumeId, userId: person.id, pageId });
        } else {
          decided.push(labelValue);
          await decide(server.services, { ...about(labelValue, person), kind: "accepted" });
        }
      }
    }),
  );
  expect(decided.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
});

it("lets one in ten be a random audit item, and one in five a candidate, without saying which", async () => {
  await seedProposals(
    server.services,
    volumeId,
    Array.from({ length: 100 }, (_, i) => ({
      kind: i < 20 ? ("candidate" as const) : ("nucleus" as const),
      uncertainty: (i + 1) / 100,
    })),
  );
  const kinds: string[] = [];
  for (let i = 0; i < 50; i++) {
    const question = await next(people[0]);
    expect(question).not.toHaveProperty("audit");
    kinds.push(question?.kind ?? "none");
    await decide(server.services, { ...about(question?.labelValue ?? 0, people[0]), kind: "rejected" });
  }
  expect(kinds.filter((kind) => kind === "candidate")).toHaveLength(10);
  const audits = await server.services.db
    .select()
    .from(decision)
    .where(and(eq(decision.volumeId, volumeId), eq(decision.audit, true)));
  expect(audits).toHaveLength(5);
});

it("counts the answers to random questions about the proposals that are shown, the last of each", async () => {
  const decided = async (predictionId: string) => {
    const answers = ["accepted", "accepted", "corrected", "rejected", "skipped", "undone", "rejected"] as const;
    await server.services.db.insert(decision).values(
      answers.flatMap((kind, i) => [
        {
          ...about(i + 1, people[0]),
          kind: "rejected" as const,
          audit: true,
          predictionId,
          createdAt: new Date(1000 + i),
        },
        { ...about(i + 1, people[1]), kind, audit: i < 6, predictionId, createdAt: new Date(2000 + i) },
      ]),
    );
  };
  const seeded = Array.from({ length: 7 }, (_, i) => ({ labelValue: i + 1 }));
  const counted = () => createTestClient(server.address, people[2].cookie).learningCurve.audit.query({ projectId });
  expect(await counted()).toEqual({ accepted: 0, corrected: 0, rejected: 0 });
  await decided(await seedProposals(server.services, volumeId, seeded));
  expect(await counted()).toEqual({ accepted: 2, corrected: 1, rejected: 2 });
  await server.services.db.update(prediction).set({ current: false }).where(eq(prediction.volumeId, volumeId));
  expect(await counted()).toEqual({ accepted: 0, corrected: 0, rejected: 0 });
});

it("says how likely a proposal is wrong by the answers so far, and how that turned out", async () => {
  const seeded = [
    ...Array.from({ length: 12 }, () => ({ doubt: 0.5, uncertainty: 0.5 })),
    { kind: "candidate" as const },
  ];
  await seedProposals(server.services, volumeId, seeded);
  const otherProject = await server.createProject("another", [[people[0], "annotator"]]);
  const said: number[] = [];
  for (let answer = 0; answer < 10; answer++) {
    const question = await next(people[0]);
    if (question?.kind === "candidate") {
      expect(question.wrongProbability).toBeNull();
      await decide(server.services, { ...about(question.labelValue, people[0]), kind: "accepted" });
      continue;
    }
    expect(question?.answersBefore).toBe(said.length);
    said.push(question?.wrongProbability ?? -1);
    await decide(server.services, { ...about(question?.labelValue ?? 0, people[0]), kind: "rejected" });
  }
  // All of one doubt were wrong: each time it is said to be likelier.
  expect(said.length).toBeGreaterThan(5);
  expect(said.slice(1).every((probability, i) => probability > said[i])).toBe(true);
  const { reliability } = createTestClient(server.address, people[1].cookie).learningCurve;
  const bins = await reliability.query({ projectId });
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(said.length);
  expect(bins.every(({ count, happened }) => count === happened)).toBe(true);
  await undoDecision(server.services, about(1, people[0]));
  expect((await reliability.query({ projectId })).reduce((sum, { count }) => sum + count, 0)).toBe(said.length - 1);
  const elsewhere = createTestClient(server.address, people[0].cookie).learningCurve;
  expect(await elsewhere.reliability.query({ projectId: otherProject })).toEqual([]);
});

it("frees what somebody held when their page goes silent", async () => {
  await seedProposals(server.services, volumeId, [{}]);
  expect((await next(people[0]))?.labelValue).toBe(1);
  expect(await next(people[1])).toBeNull();
  await server.services.db.update(claim).set({ expiresAt: sql`now() - interval '1 second'` });
  expect((await next(people[1]))?.labelValue).toBe(1);
  const gone = { volumeId, labelValue: 1, userId: people[0].id, pageId: "page of Ada" };
  expect(await prolongClaim(server.services, gone)).toBe(false);
});

it("does not bring back at once what the page has skipped, but gives it to others", async () => {
  await seedProposals(server.services, volumeId, [{ uncertainty: 0.2 }, { uncertainty: 0.9 }]);
  expect((await next(people[0]))?.labelValue).toBe(2);
  await skip(server.services, about(2, people[0]));
  expect((await next(people[0], undefined, [2]))?.labelValue).toBe(1);
  expect((await next(people[1]))?.labelValue).toBe(2);
});

it("writes down the question with the answer, and opens it again when the answer is undone", async () => {
  const predictionId = await seedProposals(server.services, volumeId, [{ uncertainty: 0.75, doubt: 0.7 }]);
  const wrongProbability = (await next(people[0]))?.wrongProbability;
  expect(wrongProbability).toBeGreaterThan(0);
  await decide(server.services, { ...about(1, people[0]), kind: "corrected" });
  expect(await stateOf(1)).toBe("corrected");
  const rows = await server.services.db.select().from(decision).where(eq(decision.volumeId, volumeId));
  expect(rows).toMatchObject([
    {
      ...{ kind: "corrected", predictionId, uncertainty: 0.75, doubt: 0.7, wrongProbability },
      ...{ userId: people[0].id, audit: false },
    },
  ]);
  expect(await next(people[1])).toBeNull();

  await undoDecision(server.services, about(1, people[0]));
  expect(await stateOf(1)).toBe("undecided");
  expect((await next(people[1]))?.labelValue).toBe(1);
});

it("does not reopen a proposal that a newer prediction has replaced", async () => {
  await seedProposals(server.services, volumeId, [{}]);
  await decide(server.services, { ...about(1, people[0]), kind: "accepted" });
  await server.services.db.update(prediction).set({ current: false });
  await undoDecision(server.services, about(1, people[0]));
  expect(await stateOf(1)).toBe("replaced");
});

it("refuses a decision about what somebody else is looking at", async () => {
  await seedProposals(server.services, volumeId, [{}]);
  await next(people[0]);
  await expect(decide(server.services, { ...about(1, people[1]), kind: "accepted" })).rejects.toMatchObject({
    tag: "proposal-held",
    what: "Ada is looking at this proposal now.",
  });
  expect(await stateOf(1)).toBe("undecided");
});

it("finds the one open question among thousands that the labels have settled, in a few statements", async () => {
  const { services } = server;
  const COUNT = 1500;
  const OPEN = 977;
  /** A voxel each, in the first brick. */
  const placeOf = (label: number) => [Math.floor(label / 3600), Math.floor(label / 60) % 60, label % 60] as const;
  const proposed = new Uint32Array(BRICK_VOXELS);
  const painted = new Uint32Array(BRICK_VOXELS);
  for (let label = 1; label <= COUNT; label++) {
    const [z, y, x] = placeOf(label);
    proposed[indexInBrick(z, y, x)] = label;
    if (label !== OPEN) painted[indexInBrick(z, y, x)] = 9999;
  }
  const brick = brickKeyOf(0, 0, 0);
  await services.blobs.put(`volumes/${volumeId}/base/${brick}`, gzipSync(new Uint8Array(painted.buffer)));
  await services.blobs.put(
    `volumes/${volumeId}/predictions/test/labels.ome.zarr/0/c/0/0/0`,
    gzipSync(new Uint8Array(proposed.buffer)),
  );
  await seedProposals(
    services,
    volumeId,
    Array.from({ length: COUNT }, (_, i) => {
      const [z, y, x] = placeOf(i + 1);
      return { minZyx: [z, y, x] as const, maxZyx: [z + 1, y + 1, x + 1] as const, voxels: 1, uncertainty: 0.5 };
    }),
  );
  const transactions = vi.spyOn(services.db, "transaction");
  expect((await next(people[0]))?.labelValue).toBe(OPEN);
  expect(transactions.mock.calls.length).toBeLessThan(30);
  transactions.mockRestore();
  const rows = await services.db.select({ state: proposal.state, label: proposal.labelValue }).from(proposal);
  expect(rows.filter(({ state }) => state === "undecided").map(({ label }) => label)).toContain(OPEN);
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["undecided", "replaced"]));
  expect(await services.db.select().from(claim)).toHaveLength(1);
});

it("says so where there is no such proposal", async () => {
  await expect(
    decide(server.services, { ...about(4711, people[0]), volumeId: randomUUID(), kind: "accepted" }),
  ).rejects.toMatchObject({ tag: "proposal-unknown" });
});
