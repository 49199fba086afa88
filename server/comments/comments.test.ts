import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { auditEvent, comment, commentThread, volume } from "../../db/schema/index.ts";
import type { CommentsEvent } from "../events.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { THREADS_AT_ONCE } from "./list-threads.ts";

let server: TestServer;
let [olga, ada, ben, vera]: TestPerson[] = [];
let projectId: string;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  olga = await server.signUp("Olga");
  ada = await server.signUp("Ada");
  ben = await server.signUp("Ben");
  vera = await server.signUp("Vera");
  projectId = await server.createProject("said", [
    [olga, "owner"],
    [ada, "annotator"],
    [ben, "annotator"],
    [vera, "viewer"],
  ]);
});
afterAll(() => server.close());
beforeEach(async () => {
  volumeId = await seedVolume(server.services, { projectId, createdBy: olga.id });
});

const api = (person: TestPerson) => createTestClient(server.address, person.cookie).comment;
const open = async (person: TestPerson, isResolved = false) => api(person).list.query({ volumeId, isResolved });
const begin = (person: TestPerson, text: string, label: number | null = null) =>
  api(person).begin.mutate({ volumeId, placeZyx: [1, 2, 3.5], label, text });
const problem = (tag: string) => ({ data: { problem: { tag } } });

it("all read; annotators write, and change and delete their own; who began resolves; owners resolve and delete any", async () => {
  await expect(begin(vera, "No.")).rejects.toMatchObject({ data: { code: "FORBIDDEN" } });
  const { threadId } = await begin(ada, "Is this <b>one</b>?\nOr two?", 7);
  await api(ben).reply.mutate({ volumeId, threadId, text: "Two." });
  const [thread] = await open(vera);
  expect(thread).toMatchObject({ id: threadId, placeZyx: [1, 2, 3.5], label: 7, createdBy: ada.id, resolvedAt: null });
  expect(thread.comments.map(({ by, text }) => [by, text])).toEqual([
    ["Ada", "Is this <b>one</b>?\nOr two?"],
    ["Ben", "Two."],
  ]);
  const [adas, bens] = thread.comments.map(({ id: commentId }) => ({ volumeId, commentId }));
  await expect(api(ben).change.mutate({ ...adas, text: "x" })).rejects.toMatchObject(problem("not-your-comment"));
  await expect(api(olga).change.mutate({ ...adas, text: "x" })).rejects.toMatchObject(problem("not-your-comment"));
  await expect(api(ben).delete.mutate(adas)).rejects.toMatchObject(problem("not-your-comment"));
  await expect(api(ben).resolve.mutate({ volumeId, threadId, isResolved: true })).rejects.toMatchObject(
    problem("not-your-thread"),
  );
  await api(ben).change.mutate({ ...bens, text: "Two, I think." });
  await api(ada).resolve.mutate({ volumeId, threadId, isResolved: true });
  expect(await open(ben)).toEqual([]);
  expect((await open(ben, true))[0]).toMatchObject({
    resolvedBy: "Ada",
    comments: [{ editedAt: null }, { text: "Two, I think." }],
  });
  await api(olga).resolve.mutate({ volumeId, threadId, isResolved: false });
  await api(olga).delete.mutate(bens);
  await api(ada).delete.mutate(adas);
  expect(await open(vera)).toEqual([]);
  const told = await server.services.db
    .select({ act: auditEvent.act, details: auditEvent.details })
    .from(auditEvent)
    .where(eq(auditEvent.projectId, projectId))
    .orderBy(auditEvent.id);
  const acts = told.filter(({ act }) => act.startsWith("comment."));
  expect(acts.map(({ act }) => act.replace("comment.", ""))).toEqual([
    "written",
    "written",
    "changed",
    "resolved",
    "reopened",
    "deleted",
    "deleted",
  ]);
  expect(JSON.stringify(acts)).not.toMatch(/Two|one/);
});

it("a comment of another volume cannot be reached through one's own", async () => {
  const stranger = await server.signUp(`Stranger ${volumeId.slice(0, 5)}`);
  const theirs = await server.createProject("theirs", [[stranger, "owner"]]);
  const { threadId } = await begin(ada, "Ours.");
  const [{ comments }] = await open(ada);
  const own = await seedVolume(server.services, { projectId: theirs, createdBy: stranger.id });
  for (const attempt of [
    () => api(stranger).reply.mutate({ volumeId: own, threadId, text: "x" }),
    () => api(stranger).resolve.mutate({ volumeId: own, threadId, isResolved: true }),
    () => api(stranger).delete.mutate({ volumeId: own, commentId: comments[0].id }),
  ])
    await expect(attempt()).rejects.toMatchObject(problem("comment-unknown"));
  expect(await open(ada)).toHaveLength(1);
});

it("members who are named hear of it at once, once, and nobody else does; who has left has no name any more", async () => {
  const heard: CommentsEvent[] = [];
  const stop = server.services.events.subscribe((event) => {
    if (event.topic === "comments") heard.push(event);
  });
  const { threadId } = await begin(ada, "@ben @Ada @Zoe: look");
  expect(heard).toEqual([{ topic: "comments", projectId, volumeId, threadId, mentions: [ben.id], by: "Ada" }]);
  const [{ comments }] = await open(vera);
  await api(ada).change.mutate({ volumeId, commentId: comments[0].id, text: "@Ben and @Olga: look" });
  expect(heard[1].mentions).toEqual([olga.id]);
  stop();
  const guest = await server.signUp(`Guest ${volumeId.slice(0, 5)}`);
  await server.services.db.execute(
    `insert into project_member (project_id, user_id, role, pseudonym) values ('${projectId}', '${guest.id}', 'annotator', 'annotator 9')`,
  );
  await api(guest).reply.mutate({ volumeId, threadId, text: "I go." });
  await createTestClient(server.address, guest.cookie).member.leave.mutate({ projectId });
  expect((await open(vera))[0].comments.map(({ by }) => by)).toEqual(["Ada", "former member"]);
});

it("long, empty, misplaced and too many comments are refused in words, and go with their volume", async () => {
  await expect(begin(ada, " \n ")).rejects.toMatchObject({ data: { problem: { where: "text" } } });
  await expect(begin(ada, "a".repeat(2001))).rejects.toMatchObject({ data: { problem: { where: "text" } } });
  await expect(
    api(ada).begin.mutate({ volumeId, placeZyx: [1e6, 0, 0], label: null, text: "x" }),
  ).rejects.toMatchObject(problem("place-outside"));
  const { db } = server.services;
  const { threadId } = await begin(ada, "x");
  const full = Array.from({ length: 199 }, () => ({ threadId, userId: ada.id, text: "y" }));
  await db.insert(comment).values(full);
  await expect(api(ben).reply.mutate({ volumeId, threadId, text: "z" })).rejects.toMatchObject(problem("thread-full"));
  const many = await db
    .insert(commentThread)
    .values(
      Array.from({ length: THREADS_AT_ONCE + 1 }, (_, i) => ({
        volumeId,
        placeZyx: [0, 0, 0] as const,
        createdBy: ada.id,
        createdAt: new Date(1e12 + i),
      })),
    )
    .returning({ id: commentThread.id });
  const first = await open(vera);
  const last = first.at(-1);
  const rest = await api(vera).list.query({ volumeId, isResolved: false, cursor: last?.createdAt });
  expect([...first, ...rest].map(({ id }) => id)).toEqual([threadId, ...many.map(({ id }) => id).reverse()]);
  for (let added = 200; added < 5000; added += 1600)
    await db.insert(comment).values(Array.from({ length: 1600 }, () => ({ threadId, userId: ada.id, text: "y" })));
  await expect(begin(ben, "z")).rejects.toMatchObject(problem("too-many-comments"));
  await db.delete(volume).where(eq(volume.id, volumeId));
  expect(await db.select({ id: comment.id }).from(comment).where(eq(comment.threadId, threadId))).toEqual([]);
});

it("nobody writes without end", async () => {
  const { threadId } = await begin(ben, "x");
  // An act that changes nothing is as cheap as one can be, and counts like all others.
  const calls = Array.from({ length: 80 }, () => api(ben).resolve.mutate({ volumeId, threadId, isResolved: false }));
  const refused = (await Promise.allSettled(calls)).flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  for (const reason of refused) expect(reason).toMatchObject(problem("too-many-calls"));
});
