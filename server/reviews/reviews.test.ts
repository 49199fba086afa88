import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { nucleiOf } from "../../core/labels/nucleus-columns.ts";
import { type ReviewState, reviewStates } from "../../core/review/review-state.ts";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { brickKeyOf } from "../../core/volume/brick.ts";
import { nucleusAuthor, project, reviewDecision, snapshot, snapshotVolume } from "../../db/schema/index.ts";
import { MemoryOutboxStore, openCollabClient } from "../collab/testing/collab-client.ts";
import { createReadyVolume } from "../collab/testing/collab-fixture.ts";
import { waitFor } from "../collab/testing/wait-for.ts";
import type { ServerEvent } from "../events.ts";
import { freezeProject } from "../snapshots/freeze-project.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { sweepReviewClaims } from "./review-claims.ts";

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let cleo: TestPerson;
let vera: TestPerson;
let projectId: string;
let volumeId: string;
const open: CollabDocument[] = [];
const shapeZyx = [9, 30, 70] as const;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  ben = await server.signUp("Ben");
  cleo = await server.signUp("Cleo");
  vera = await server.signUp("Vera");
  projectId = await server.createProject("reviewed", [
    [ada, "owner"],
    [ben, "annotator"],
    [cleo, "reviewer"],
    [vera, "viewer"],
  ]);
});
afterAll(async () => {
  for (const document of open) document.close();
  await server.close();
});
beforeEach(async () => {
  volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx, name: randomUUID() });
  await rule({ reviewScope: "all" });
});

const api = (person: TestPerson) => createTestClient(server.address, person.cookie);
const rule = (fields: {
  reviewScope: "none" | "all" | "share" | "corrected" | "newcomers";
  reviewSharePercent?: number;
}) => api(ada).project.update.mutate({ projectId, fields });
const pageOf = (person: TestPerson, number = 1) => `page ${number} of ${person.name}`;
const next = async (person: TestPerson, number = 1, skipped: number[] = []) =>
  api(person).review.next.mutate({ volumeId, pageId: pageOf(person, number), skipped });
const row = (z: number, y: number, x0: number, x1: number) => Int32Array.from([z, y, x0, x1]);

async function documentOf(person: TestPerson): Promise<CollabDocument> {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  open.push(document);
  void document.start();
  await isSaved(document);
  await document.loadBricks([brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1)]);
  return document;
}
const isSaved = (document: CollabDocument) => waitFor(() => document.saveState.kind === "saved", "saved");

async function paint(document: CollabDocument, label: number, runs: Int32Array): Promise<void> {
  await document.commit({ name: "brush", records: [{ kind: "paint", label, runs }] });
  await isSaved(document);
}

/** Nuclei of four voxels, one below the other, across the seam of two bricks. */
async function drawNuclei(person: TestPerson, count: number) {
  const document = await documentOf(person);
  const labels = Array.from({ length: count }, () => document.newLabel());
  for (const [i, label] of labels.entries()) await paint(document, label, row(2, 3 * i, 62, 66));
  return { document, labels };
}

async function stateOf(label: number): Promise<ReviewState | undefined> {
  const nuclei = [...nucleiOf(await api(vera).nucleus.list.query({ volumeId }))];
  return reviewStates[nuclei.find((one) => one.label === label)?.review ?? -1];
}

const see = async (person: TestPerson, label: number) => {
  const seen = await api(person).review.ofNucleus.query({ volumeId, label });
  if (!seen) throw new Error(`there is no nucleus ${label}`);
  return { volumeId, label, fingerprint: seen.fingerprint };
};
const approve = async (person: TestPerson, label: number) =>
  api(person).review.approve.mutate(await see(person, label));
const problem = (tag: string) => ({ data: { problem: { tag } } });

it("two reviewers never get the same nucleus, and nobody gets their own", async () => {
  const { labels } = await drawNuclei(ada, 3);
  expect(await next(ada)).toBeNull();
  const [one, other, third] = await Promise.all([next(ben), next(cleo), next(ben, 2)]);
  expect(new Set([one?.label, other?.label, third?.label])).toEqual(new Set(labels));
  expect(await next(cleo, 2)).toBeNull();
  // What a page put back, or left behind when it died, is another's.
  await api(ben).review.release.mutate({ volumeId, pageId: pageOf(ben) });
  expect((await next(cleo, 2))?.label).toBe(one?.label);
  await server.services.db.execute("update review_claim set expires_at = now() - interval '1 second'");
  expect(await api(cleo).review.keep.mutate({ volumeId, pageId: pageOf(cleo, 2), label: one?.label ?? 0 })).toEqual({
    held: true,
  });
  await sweepReviewClaims(server.services);
  expect(await api(cleo).review.keep.mutate({ volumeId, pageId: pageOf(cleo), label: other?.label ?? 0 })).toEqual({
    held: false,
  });
  expect((await api(vera).review.state.query({ volumeId })).holders).toEqual([
    { label: one?.label, userId: cleo.id, name: "Cleo" },
  ]);
});

it("approval is of voxels and class: it falls when they change, and comes back when an undo brings them back", async () => {
  const { document, labels } = await drawNuclei(ada, 2);
  const [label, other] = labels;
  expect([await stateOf(label), await stateOf(other)]).toEqual(["waiting", "waiting"]);
  await expect(approve(ada, label)).rejects.toMatchObject(problem("own-nucleus"));
  await expect(approve(vera, label)).rejects.toMatchObject({ data: { code: "FORBIDDEN" } });
  await next(ben);
  await expect(approve(cleo, label)).rejects.toMatchObject(problem("review-held"));
  await approve(ben, label);
  expect([await stateOf(label), await stateOf(other)]).toEqual(["approved", "waiting"]);
  // As many voxels, with the same middle and box, and others.
  await paint(document, label, row(4, 0, 62, 66));
  expect(await stateOf(label)).toBe("waiting");
  document.undo();
  await isSaved(document);
  await waitFor(async () => (await stateOf(label)) === "approved", "approved again");
  await document.commit({ name: "class", records: [{ kind: "field", label, field: "class", value: "mitotic" }] });
  await isSaved(document);
  expect(await stateOf(label)).toBe("waiting");
  document.undo();
  await isSaved(document);
  await document.commit({ name: "status", records: [{ kind: "field", label, field: "status", value: "unfinished" }] });
  await isSaved(document);
  expect(await stateOf(label)).toBe("none");
  const seen = await api(ben).review.ofNucleus.query({ volumeId, label });
  await expect(
    api(ben).review.approve.mutate({ volumeId, label, fingerprint: seen?.fingerprint ?? "" }),
  ).rejects.toMatchObject(problem("nothing-to-review"));
});

it("nobody approves of what they have not seen", async () => {
  const { document, labels } = await drawNuclei(ada, 1);
  const seen = await see(ben, labels[0]);
  await paint(document, labels[0], row(3, 0, 60, 66));
  await expect(api(ben).review.approve.mutate(seen)).rejects.toMatchObject(problem("nucleus-changed"));
  expect(await stateOf(labels[0])).toBe("waiting");
});

it("who fixes a nucleus owns it, also with an eraser or a neighbour's voxels, and somebody else has to look", async () => {
  const { labels } = await drawNuclei(ada, 3);
  const byBen = await documentOf(ben);
  // The list is followed, as it is where an editor is open.
  expect(await stateOf(labels[0])).toBe("waiting");
  await paint(byBen, labels[0], row(3, 0, 62, 66));
  await paint(byBen, 0, row(2, 3, 62, 63));
  await paint(byBen, byBen.newLabel(), row(2, 6, 62, 64));
  for (const label of labels) {
    await expect(approve(ben, label)).rejects.toMatchObject(problem("own-nucleus"));
    expect((await api(ben).review.ofNucleus.query({ volumeId, label }))?.isOwn).toBe(true);
    await approve(cleo, label);
    expect(await stateOf(label)).toBe("approved");
  }
  const authors = await server.services.db
    .select({ label: nucleusAuthor.label })
    .from(nucleusAuthor)
    .where(and(eq(nucleusAuthor.volumeId, volumeId), eq(nucleusAuthor.userId, cleo.id)));
  expect(authors).toEqual([]);
});

it("a merged nucleus is whoever's its parts are, and its parts keep their verdicts", async () => {
  const { document, labels } = await drawNuclei(ada, 1);
  const byBen = await documentOf(ben);
  const bens = byBen.newLabel();
  await paint(byBen, bens, row(2, 9, 62, 66));
  await approve(ben, labels[0]);
  await waitFor(() => document.fieldsOf(bens) !== undefined, "Ben's nucleus");
  await document.commit({ name: "merge", records: [{ kind: "merge", a: labels[0], b: bens }] });
  await isSaved(document);
  const merged = document.canonicalLabel(bens);
  expect(await stateOf(merged)).toBe("waiting");
  for (const person of [ada, ben]) await expect(approve(person, merged)).rejects.toMatchObject(problem("own-nucleus"));
  await approve(cleo, merged);
  document.undo();
  await isSaved(document);
  await waitFor(async () => (await stateOf(bens)) === "waiting", "apart again");
  expect(await stateOf(labels[0])).toBe(merged === labels[0] ? "waiting" : "approved");
});

it("sent back with words, answered or changed, taken back: every step is written down", async () => {
  const { document, labels } = await drawNuclei(ada, 2);
  const [label, other] = labels;
  const seen = await see(ben, label);
  await expect(api(ben).review.sendBack.mutate({ ...seen, note: "  " })).rejects.toMatchObject({
    data: { problem: { where: "note" } },
  });
  await api(ben).review.sendBack.mutate({ ...seen, note: "Two nuclei in one." });
  const notices = await Promise.all([ada, ben, cleo].map((one) => api(one).notification.list.query()));
  expect(notices.map((list) => list.filter((one) => one.volumeId === volumeId).map(({ facts }) => facts))).toEqual([
    [expect.objectContaining({ kind: "sent-back", by: "Ben", nuclei: 1, label })],
    [],
    [],
  ]);
  expect(await stateOf(label)).toBe("sent-back");
  expect(await next(cleo)).toMatchObject({ label: other });
  await expect(api(ben).review.answer.mutate({ volumeId, label, note: "?" })).rejects.toMatchObject(
    problem("not-own-nucleus"),
  );
  await api(ada).review.answer.mutate({ volumeId, label, note: "It divides." });
  expect(await stateOf(label)).toBe("waiting");
  await approve(ben, label);
  await expect(api(cleo).review.takeBack.mutate({ volumeId, label })).rejects.toMatchObject(problem("no-own-verdict"));
  await api(ben).review.takeBack.mutate({ volumeId, label });
  expect(await stateOf(label)).toBe("waiting");
  await api(ben).review.sendBack.mutate({ ...seen, note: "Look again." });
  await paint(document, label, row(3, 0, 62, 66));
  expect(await stateOf(label)).toBe("waiting");
  const rows = await server.services.db
    .select({ kind: reviewDecision.kind, userId: reviewDecision.userId, note: reviewDecision.note })
    .from(reviewDecision)
    .where(eq(reviewDecision.volumeId, volumeId))
    .orderBy(reviewDecision.createdAt);
  expect(rows.map(({ kind, userId, note }) => [kind, userId === ada.id ? "Ada" : "Ben", note])).toEqual([
    ["sent-back", "Ben", "Two nuclei in one."],
    ["answered", "Ada", "It divides."],
    ["approved", "Ben", ""],
    ["taken-back", "Ben", ""],
    ["sent-back", "Ben", "Look again."],
  ]);
  expect((await api(ada).review.ofNucleus.query({ volumeId, label }))?.said.map(({ kind }) => kind)).toEqual(
    rows.map(({ kind }) => kind).reverse(),
  );
});

it("a verdict and another rule reach pages as rows that changed, never as a list to ask for again; the counts follow", async () => {
  const { labels } = await drawNuclei(ada, 2);
  expect(await stateOf(labels[0])).toBe("waiting");
  const heard: ServerEvent[] = [];
  const stop = server.services.events.subscribe((event) => {
    if (event.topic === "nuclei" && event.volumeId === volumeId) heard.push(event);
  });
  const patched = () =>
    heard.flatMap((event) =>
      event.topic === "nuclei" ? (event.patch?.rows.map((one) => [one.label, reviewStates[one.review]]) ?? []) : [],
    );
  await approve(ben, labels[0]);
  await waitFor(() => patched().length > 0, "a patch");
  expect(patched()).toEqual([[labels[0], "approved"]]);
  await rule({ reviewScope: "none" });
  await waitFor(() => patched().length > 1, "another patch");
  expect(patched().slice(1)).toEqual([[labels[1], "none"]]);
  await waitFor(
    () =>
      heard.some((event) => event.topic === "nuclei" && event.counts?.approved === 1 && event.counts.toReview === 0),
    "the counts",
  );
  expect(heard.filter((event) => event.topic === "nuclei" && !event.patch && !event.counts)).toEqual([]);
  stop();
  const counts = await api(vera).nucleus.counts.query({ projectId });
  expect(counts.find((one) => one.volumeId === volumeId)?.counts).toMatchObject({ approved: 1, toReview: 0, truth: 2 });
  // A count that was written down knows of verdicts and rules since.
  await api(ben).review.takeBack.mutate({ volumeId, label: labels[0] });
  await rule({ reviewScope: "all" });
  await waitFor(async () => {
    const now = await api(vera).nucleus.counts.query({ projectId });
    const counted = now.find((one) => one.volumeId === volumeId)?.counts;
    return counted?.toReview === 2 && counted.approved === 0;
  }, "counted anew");
});

it("asks about those whom the rule names: corrected or drawn by hand, or made by new members", async () => {
  const { document, labels } = await drawNuclei(ada, 3);
  const fields = (label: number, values: Record<string, string>) =>
    Object.entries(values).map(([field, value]) => ({
      kind: "field" as const,
      label,
      field: field as "status",
      value,
    }));
  await document.commit({
    name: "accept",
    records: [
      ...fields(labels[0], { status: "accepted", origin: "prediction/1" }),
      ...fields(labels[1], { status: "corrected", origin: "prediction/2" }),
    ],
  });
  await isSaved(document);
  await rule({ reviewScope: "corrected" });
  await waitFor(async () => (await stateOf(labels[0])) === "none", "the rule");
  expect([await stateOf(labels[1]), await stateOf(labels[2])]).toEqual(["waiting", "waiting"]);
  await rule({ reviewScope: "newcomers" });
  await waitFor(async () => (await stateOf(labels[0])) === "waiting", "all are new");
  await server.services.db.execute("update project_member set joined_at = now() - interval '15 days'");
  server.services.events.publish({ topic: "members", projectId, userId: ada.id });
  await waitFor(async () => (await stateOf(labels[0])) === "none", "nobody is new");
  const [{ newcomerDays }] = await server.services.db.select().from(project).where(eq(project.id, projectId));
  expect(newcomerDays).toBe(14);
});

it("a snapshot of approved nuclei alone leaves the others unknown, and not background", async () => {
  const { document, labels } = await drawNuclei(ada, 3);
  await approve(ben, labels[0]);
  await approve(ben, labels[1]);
  await paint(document, labels[1], row(3, 3, 62, 66));
  const manifestOf = async (approvedOnly: boolean) => {
    const given = { projectId, reason: "export", createdBy: ada.id, volumeIds: [volumeId], approvedOnly } as const;
    const snapshotId = await freezeProject(server.services, given);
    const [{ manifest }] = await server.services.db
      .select()
      .from(snapshotVolume)
      .where(eq(snapshotVolume.snapshotId, snapshotId));
    return new Map(manifest.nuclei.map(({ label, status }) => [label, status]));
  };
  const [first, second, third] = labels;
  expect(await manifestOf(true)).toEqual(
    new Map([
      [first, "accepted"],
      [second, "unfinished"],
      [third, "unfinished"],
    ]),
  );
  expect(new Set((await manifestOf(false)).values())).toEqual(new Set(["accepted"]));
});

it("a project may train on approved nuclei alone: too few are told before, and the snapshot says what it was", async () => {
  const { db } = server.services;
  const other = await server.createProject("trained", [
    [ada, "owner"],
    [ben, "annotator"],
  ]);
  volumeId = await createReadyVolume(server.services, {
    projectId: other,
    createdBy: ada.id,
    shapeZyx,
    name: "trained",
  });
  await api(ada).project.update.mutate({ projectId: other, fields: { trainApprovedOnly: true } });
  const { labels } = await drawNuclei(ada, 5);
  for (const label of labels.slice(0, 2)) await approve(ben, label);
  const readiness = async () => (await api(ada).training.state.query({ projectId: other })).readiness;
  await waitFor(async () => (await readiness()).nuclei === 2, "the approved ones are counted");
  expect((await readiness()).missing[0]).toMatch(/Only 2 nuclei are approved.*approve at least 1 more/);
  await expect(api(ada).training.start.mutate({ projectId: other })).rejects.toThrow("trains on approved ones only");
  await approve(ben, labels[2]);
  await api(ada).training.start.mutate({ projectId: other });
  const [frozen] = await db
    .select({ manifest: snapshotVolume.manifest, approvedOnly: snapshot.approvedOnly })
    .from(snapshotVolume)
    .innerJoin(snapshot, eq(snapshot.id, snapshotVolume.snapshotId))
    .where(and(eq(snapshot.projectId, other), eq(snapshot.reason, "training")));
  expect(frozen.approvedOnly).toBe(true);
  expect(frozen.manifest.nuclei.map(({ label, status }) => [label, status])).toEqual(
    labels.map((label, i) => [label, i < 3 ? "accepted" : "unfinished"]),
  );
  const log = await api(ada).audit.ofProject.query({ projectId: other });
  expect(log.rows.find(({ act }) => act === "training.started")?.details).toMatchObject({ approvedOnly: true });
});
