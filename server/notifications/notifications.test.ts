import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { MOST_NOTIFICATIONS } from "../../core/notifications/notification.ts";
import { notification, personSetting, project, task, trainingJob } from "../../db/schema/index.ts";
import { notifyTraining } from "../jobs/notify-training.ts";
import { mailQueueOf } from "../mail/mail-queue.ts";
import { type SmtpReceiver, startSmtpReceiver } from "../mail/testing/smtp-receiver.ts";
import { seedSnapshot, seedTrainJob, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { notify } from "./notify.ts";
import { forgetOldNotifications } from "./read-notifications.ts";

let server: TestServer;
let receiver: SmtpReceiver;
let [olga, rita, ada, ben, vera, stranger]: TestPerson[] = [];
let projectId: string;
let volumeId: string;
beforeAll(async () => {
  receiver = await startSmtpReceiver({ user: "lab", password: "smtp-secret" });
  server = await startTestServer({
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(receiver.port),
    SMTP_SECURITY: "none",
    SMTP_USER: "lab",
    SMTP_PASSWORD: "smtp-secret",
    MAIL_FROM: "karyoloop@example.org",
    KARYOLOOP_URL: "http://nuclei.example.org",
  });
  [olga, rita, ada, ben, vera, stranger] = await Promise.all(
    ["Olga", "Rita", "Ada", "Ben", "Vera", "Stranger"].map((name) => server.signUp(name)),
  );
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});
beforeEach(async () => {
  await db().delete(notification);
  await db().delete(personSetting);
  projectId = await server.createProject("Embryos", [
    [olga, "owner"],
    [rita, "reviewer"],
    [ada, "annotator"],
    [ben, "annotator"],
    [vera, "viewer"],
  ]);
  volumeId = await seedVolume(server.services, {
    projectId,
    createdBy: olga.id,
    name: `Emb05 ${projectId.slice(0, 6)}`,
  });
});

const db = () => server.services.db;
const api = (person: TestPerson) => createTestClient(server.address, person.cookie);
const told = async (person: TestPerson) =>
  (await api(person).notification.list.query()).map(({ facts, readAt }) => [facts.kind, readAt !== null]);
const problem = (tag: string) => ({ data: { problem: { tag } } });
type Given = Parameters<ReturnType<typeof api>["task"]["give"]["mutate"]>[0];
const give = (by: TestPerson, assignee: TestPerson | null, more: Partial<Given> = {}) =>
  api(by).task.give.mutate({
    ...{ volumeId, box: null, due: null, goal: "All nuclei of the ICM", assigneeId: assignee?.id ?? null },
    ...more,
  });
/** As if the wait were over. */
const mailsAreDue = async () => {
  await db()
    .update(notification)
    .set({ mailDueAt: sql`now() - interval '1 second'` })
    .where(sql`mail_due_at is not null`);
  mailQueueOf(server.services).nudge();
};

it("a task: given, passed on, done, reopened, taken back; each by whom it may, told to whom it concerns, never to oneself", async () => {
  await expect(give(ada, ben)).rejects.toMatchObject(problem("task-refused"));
  await expect(give(vera, ben)).rejects.toMatchObject({ data: { code: "FORBIDDEN" } });
  await expect(give(rita, vera)).rejects.toMatchObject(problem("viewer-has-no-tasks"));
  await expect(give(rita, stranger)).rejects.toMatchObject(problem("not-a-member"));
  const beyond: Partial<Given> = { box: { minZyx: [0, 0, 0], maxZyx: [21, 10, 10] } };
  await expect(give(rita, ada, beyond)).rejects.toMatchObject(problem("box-outside"));
  const { taskId } = await give(rita, ada, { due: "2031-04-09", box: { minZyx: [2, 3, 4], maxZyx: [20, 70, 90] } });
  expect(await api(ada).task.mine.query()).toMatchObject([
    {
      id: taskId,
      assignee: "Ada",
      givenBy: "Rita",
      due: "2031-04-09",
      box: { minZyx: [2, 3, 4], maxZyx: [20, 70, 90] },
    },
  ]);
  expect(await api(ben).task.mine.query()).toEqual([]);
  expect(await told(ada)).toEqual([["task", false]]);

  const one = { volumeId, taskId };
  await expect(api(ben).task.finish.mutate(one)).rejects.toMatchObject(problem("task-refused"));
  await expect(api(ben).task.transfer.mutate({ ...one, assigneeId: ben.id })).rejects.toMatchObject(
    problem("task-refused"),
  );
  await api(ada).task.transfer.mutate({ ...one, assigneeId: null });
  expect((await api(ben).task.mine.query()).map(({ assigneeId }) => assigneeId)).toEqual([null]);
  await api(ben).task.transfer.mutate({ ...one, assigneeId: ben.id });
  expect(await told(ben)).toEqual([]);
  await api(ben).task.finish.mutate(one);
  expect(await told(rita)).toEqual([["task", false]]);
  await api(rita).task.reopen.mutate(one);
  expect(await told(ben)).toEqual([["task", false]]);
  const [open] = await api(vera).task.ofProject.query({ projectId });
  expect(open).toMatchObject({ state: "open", doneBy: null, assignee: "Ben" });

  await api(ben).member.leave.mutate({ projectId });
  expect((await api(ada).task.ofVolume.query({ volumeId }))[0]).toMatchObject({ assigneeId: null, state: "open" });
  expect(await told(ben), "who has left sees nothing of it").toEqual([]);
  await expect(api(stranger).task.ofVolume.query({ volumeId })).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
  await api(rita).task.withdraw.mutate(one);
  await expect(api(ada).task.finish.mutate(one)).rejects.toMatchObject(problem("task-unknown"));
});

it("a task of one volume is not reached through another, and of two who finish it one is told that it is done", async () => {
  const { taskId } = await give(olga, ada);
  const other = await seedVolume(server.services, { projectId, createdBy: olga.id });
  await expect(api(olga).task.withdraw.mutate({ volumeId: other, taskId })).rejects.toMatchObject(
    problem("task-unknown"),
  );
  const both = await Promise.allSettled([ada, rita].map((one) => api(one).task.finish.mutate({ volumeId, taskId })));
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

it("pace of people is shown only where the project says so, to all members, who are told of it", async () => {
  const pace = (by: TestPerson) => api(by).task.pace.query({ projectId, today: "2031-04-10" });
  await give(olga, ada, { due: "2031-04-09" });
  expect(await pace(olga)).toBeNull();
  await expect(api(ada).project.update.mutate({ projectId, fields: { showsPace: true } })).rejects.toThrow();
  await api(olga).project.update.mutate({ projectId, fields: { showsPace: true } });
  for (const person of [olga, ada, ben, vera]) expect((await told(person))[0]).toEqual(["pace", false]);
  // Twelve answers, four seconds apart, then a pause of an hour: four seconds each, by hand.
  await db().execute(sql`insert into decision (project_id, volume_id, label_value, user_id, kind, created_at)
    select ${projectId}, ${volumeId}, n, ${ada.id}, 'accepted', now() - interval '2 hours' + n * interval '4 seconds'
      + case when n > 12 then interval '1 hour' else interval '0' end from generate_series(1, 13) n`);
  const shown = await pace(vera);
  expect(shown?.map(({ name }) => name)).toEqual(["Ada", "Ben", "Olga", "Rita"]);
  expect(shown?.[0]).toMatchObject({ openTasks: 1, lateTasks: 1, doneTasks: 0, answers: 13 });
  expect(shown?.[0].secondsPerAnswer).toBeCloseTo(4, 6);
  expect(shown?.[1]).toMatchObject({ openTasks: 0, answers: 0, secondsPerAnswer: null });
});

it("an invitation to an address is told to its account, who joins without a link; other addresses get the same answer", async () => {
  const invite = (email: string) =>
    api(olga).invitation.create.mutate({ projectId, role: "annotator", days: 7, email });
  const answers = [await invite("stranger@example.org"), await invite("nobody@example.org"), await invite(ada.email)];
  expect(answers.map((answer) => Object.keys(answer))).toEqual([["url"], ["url"], ["url"]]);
  expect(await told(ada), "is a member already").toEqual([]);
  const [invited] = await api(stranger).notification.list.query();
  expect(invited).toMatchObject({
    kind: "invitation",
    projectName: "Embryos",
    facts: { by: "Olga", role: "annotator" },
  });
  const invitationId = invited.subject;
  await expect(api(vera).invitation.acceptOwn.mutate({ invitationId })).rejects.toMatchObject(
    problem("invitation-dead"),
  );
  await api(stranger).invitation.acceptOwn.mutate({ invitationId });
  await expect(api(stranger).invitation.acceptOwn.mutate({ invitationId })).rejects.toMatchObject(
    problem("invitation-dead"),
  );
  expect((await api(stranger).project.list.query()).map(({ id }) => id)).toContain(projectId);
  expect(await told(stranger), "it is used").toEqual([]);
});

it("a finished training is told to who started it, a failed one that began by itself to the owners", async () => {
  const snapshotId = await seedSnapshot(server.services, projectId, [volumeId]);
  const jobId = await seedTrainJob(server.services, { projectId, snapshotId });
  const [job] = await db().select().from(trainingJob).where(eq(trainingJob.id, jobId));
  const end = (change: Partial<typeof job>) =>
    db().transaction((tx) => notifyTraining(server.services, tx, { ...job, ...change }));
  expect(await end({ state: "done", createdBy: ada.id })).toEqual([ada.id]);
  expect(await end({ state: "failed", createdBy: null })).toEqual([olga.id]);
  for (const nothing of [{ state: "queued" }, { state: "cancelled" }, { state: "done", kind: "predict" }] as const)
    expect(await end({ ...nothing, createdBy: ada.id })).toEqual([]);
});

it("a page hears of it at once, and no page of others does; what is read stays read; the oldest make room, and time forgets", async () => {
  const heard: string[] = [];
  const stop = server.services.events.subscribe((event) => {
    if (event.topic === "notifications") heard.push(event.userId);
  });
  await api(ada).comment.begin.mutate({ volumeId, placeZyx: [1, 2, 3], label: null, text: "@Ben @Ada see" });
  expect(heard).toEqual([ben.id]);
  stop();
  const [mention] = await api(ben).notification.list.query();
  await api(ada).notification.markRead.mutate({ ids: [mention.id] });
  expect(await told(ben), "others cannot read it for him").toEqual([["mention", false]]);
  await api(ada).comment.reply.mutate({ volumeId, threadId: mention.subject, text: "@Ben again" });
  expect(await told(ben), "told once until it is read").toEqual([["mention", false]]);
  await api(ben).notification.markRead.mutate({ ids: [mention.id] });
  await api(ada).comment.reply.mutate({ volumeId, threadId: mention.subject, text: "@Ben and again" });
  expect(await told(ben)).toEqual([
    ["mention", false],
    ["mention", true],
  ]);

  await db().execute(sql`insert into notification (user_id, kind, project_id, subject, facts, created_at)
    select ${ben.id}, 'mention', ${projectId}, n::text, '{"kind": "mention", "by": "Ada"}', now() + n * interval '1 microsecond'
    from generate_series(1, ${MOST_NOTIFICATIONS}::int) n`);
  const facts = { kind: "mention", by: "Ada" } as const;
  await db().transaction((tx) =>
    notify(tx, server.services, [ben.id], { facts, projectId, volumeId, subject: "last" }),
  );
  const kept = await api(ben).notification.list.query();
  expect(kept).toHaveLength(MOST_NOTIFICATIONS);
  expect(kept.map(({ subject }) => subject)).not.toContain(mention.subject);
  await db()
    .update(notification)
    .set({ createdAt: sql`now() - interval '61 days'` })
    .where(eq(notification.subject, "7"));
  await forgetOldNotifications(db());
  expect(await api(ben).notification.list.query()).toHaveLength(MOST_NOTIFICATIONS - 1);
});

it("mails what is unread, together, without a word of what was said; not what is switched off, or of a project that was left", async () => {
  const before = receiver.mails.length;
  await api(ben).account.keepSetting.mutate({ name: "mail", json: JSON.stringify({ off: ["task"] }) });
  await api(ada).comment.begin.mutate({ volumeId, placeZyx: [1, 2, 3], label: null, text: "@Ben hush-hush" });
  await api(ada).comment.begin.mutate({ volumeId, placeZyx: [1, 2, 3], label: null, text: "@Ben, @Olga" });
  await give(rita, ben);
  await give(rita, ada);
  await api(olga).notification.markRead.mutate({});
  await api(ada).member.leave.mutate({ projectId });
  await mailsAreDue();
  await receiver.took(before + 1);
  await mailQueueOf(server.services).idle();
  expect(await db().select().from(notification).where(sql`mail_due_at is not null`)).toEqual([]);
  const [mail, ...more] = receiver.mails.slice(before);
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ from: "karyoloop@example.org", to: [ben.email] });
  expect(mail.headers).toMatchObject({ subject: "2 things for you in Karyoloop", "auto-submitted": "auto-generated" });
  expect(mail.text).toContain("Ada mentioned you in Emb05");
  expect(mail.text).toContain(`http://nuclei.example.org/volumes/${volumeId}#comment=`);
  expect(mail.text).not.toMatch(/hush|ICM|smtp-secret|127\.0\.0\.1/);
  // What comes soon after waits for the next mail.
  await api(rita).comment.begin.mutate({ volumeId, placeZyx: [1, 2, 3], label: null, text: "@Ben" });
  await mailsAreDue();
  await mailQueueOf(server.services).idle();
  expect(receiver.mails).toHaveLength(before + 1);
});

it("a server that is not ready is asked again later, a refused address not; nobody's request waits for a mail", async () => {
  const before = receiver.mails.length;
  const rowOf = async (person: TestPerson) =>
    (await db().select().from(notification).where(eq(notification.userId, person.id)))[0];
  receiver.refuseNext("451 try later");
  await give(rita, ada);
  await mailsAreDue();
  await receiver.refused(1);
  await mailQueueOf(server.services).idle();
  expect(await rowOf(ada)).toMatchObject({ mailTries: 1, mailedAt: null, mailDueAt: expect.any(Date) });
  await mailsAreDue();
  await receiver.took(before + 1);
  await mailQueueOf(server.services).idle();
  expect(await rowOf(ada)).toMatchObject({ mailTries: 2, mailDueAt: null, mailedAt: expect.any(Date) });

  receiver.refuseNext("550 no such mailbox");
  await give(rita, ben);
  await mailsAreDue();
  await receiver.refused(2);
  await mailQueueOf(server.services).idle();
  expect(await rowOf(ben)).toMatchObject({ mailTries: 1, mailDueAt: null, mailedAt: null });

  // Never for ever: after the last try nothing is due.
  await db().update(notification).set({ mailTries: 6, mailDueAt: sql`now()` }).where(eq(notification.userId, ben.id));
  receiver.refuseNext("451 try later");
  await mailsAreDue();
  await receiver.refused(3);
  await mailQueueOf(server.services).idle();
  expect(await rowOf(ben)).toMatchObject({ mailTries: 7, mailDueAt: null, mailedAt: null });
  expect(receiver.mails).toHaveLength(before + 1);
});

it("deleting a volume or project takes its tasks and notices along", async () => {
  await give(rita, ada);
  await db().delete(project).where(eq(project.id, projectId));
  expect(await told(ada)).toEqual([]);
  expect(await db().select().from(task).where(eq(task.volumeId, volumeId))).toEqual([]);
});
