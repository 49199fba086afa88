import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditEvent, session, user } from "../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
let admin: TestPerson;
let member: TestPerson;
let newcomer: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signUp("Admin");
  member = await server.signUp("Member");
  newcomer = await server.signUp("Newcomer");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, admin.id));
  await server.createProject("Embryos", [[member, "viewer"]]);
});
afterAll(() => server.close());

const client = (person: TestPerson) => createTestClient(server.address, person.cookie);
const change = (changes: Parameters<ReturnType<typeof client>["installation"]["changeSettings"]["mutate"]>[0]) =>
  client(admin).installation.changeSettings.mutate(changes);

describe("settings of the installation", () => {
  it("are read and changed by administrators only", async () => {
    expect(await client(admin).installation.settings.query()).toEqual({
      projectMakers: "everybody",
      administratorsNeedTwoFactor: false,
      autoBegin: true,
      personQuotaGb: null,
      projectQuotaGb: null,
      auditDays: 400,
      labelHistoryDays: 30,
      privateImportHosts: "",
      privateWebhookHosts: "",
      apiOrigins: "",
    });
    await expect(client(member).installation.settings.query()).rejects.toThrow("Only an administrator");
    await expect(client(member).installation.changeSettings.mutate({ auditDays: 30 })).rejects.toThrow(
      "Only an administrator",
    );
  });

  it("change one by one, at once too, and say in the log what they were", async () => {
    await Promise.all([change({ personQuotaGb: 12.5 }), change({ projectQuotaGb: 100 }), change({ auditDays: 365 })]);
    expect(await change({})).toMatchObject({ personQuotaGb: 12.5, projectQuotaGb: 100, auditDays: 365 });
    await change({ auditDays: 365 }); // as it is
    const rows = await server.services.db.select().from(auditEvent).where(eq(auditEvent.act, "settings.changed"));
    expect(rows.map(({ details }) => details)).toEqual(
      expect.arrayContaining([
        { setting: "personQuotaGb", from: null, to: 12.5 },
        { setting: "projectQuotaGb", from: null, to: 100 },
        { setting: "auditDays", from: 400, to: 365 },
      ]),
    );
    expect(rows).toHaveLength(3);
    expect(rows.every(({ actorId }) => actorId === admin.id)).toBe(true);
  });

  it.each([
    { auditDays: 29 },
    { auditDays: 30.5 },
    { personQuotaGb: 0 },
    { projectQuotaGb: -1 },
    { projectMakers: "nobody" },
    { privateImportHosts: "a b; c" },
    { apiOrigins: "*" },
    { apiOrigins: "https://*.example.org" },
    { apiOrigins: "https://viewer.example.org/" },
    { apiOrigins: "null" },
    { apiOrigins: "file://x" },
    { sessionSecret: "x" },
  ])("refuse %j", async (changes) => {
    const before = await client(admin).installation.settings.query();
    await expect(change(changes as never)).rejects.toThrow();
    expect(await client(admin).installation.settings.query()).toEqual(before);
  });
});

describe("who may make projects", () => {
  const make = (person: TestPerson) => client(person).project.create.mutate({ name: "More" });
  const refusal = async (person: TestPerson) => (await client(person).project.making.query()).refusal;

  it("everybody, members of a project, or administrators; the server refuses the others in words", async () => {
    await make(newcomer).then(({ projectId }) => client(newcomer).project.delete.mutate({ projectId, name: "More" }));

    await change({ projectMakers: "members" });
    expect(await refusal(newcomer)).toContain("members of a project");
    await expect(make(newcomer)).rejects.toThrow("members of a project may make further ones");
    expect(await refusal(member)).toBeNull();
    await make(member);

    await change({ projectMakers: "administrators" });
    expect(await refusal(member)).toContain("administrators make the projects");
    await expect(make(member)).rejects.toThrow("administrators make the projects");
    expect(await refusal(admin)).toBeNull();
    const { projectId } = await make(admin);
    await change({ projectMakers: "everybody" });
    expect(await refusal(newcomer)).toBeNull();
    expect((await client(admin).project.list.query()).map(({ id }) => id)).toContain(projectId);
    expect((await client(newcomer).project.list.query()).length).toBe(0);
  });

  it("pages that are open hear that settings changed, without what", async () => {
    const asked = await fetch(`${server.address}/trpc/event.ofInstallation`, {
      headers: { cookie: newcomer.cookie, accept: "text/event-stream" },
    });
    const reader = asked.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    await reader.read(); // the stream is open
    await change({ personQuotaGb: 7 });
    while (!heard.includes("settings")) heard += (await reader.read()).value ?? "";
    expect(heard).not.toContain("personQuotaGb");
    await reader.cancel();
  });
});

it("the list of people says when each was last seen and how many projects they belong to", async () => {
  const long = new Date("2024-02-03T10:00:00Z");
  await server.services.db.update(session).set({ updatedAt: long }).where(eq(session.userId, member.id));
  const people = await client(admin).installation.people.query();
  const byName = Object.fromEntries(people.map((one) => [one.name, one]));
  expect(byName.Member.projects).toBe(2);
  expect(byName.Newcomer.projects).toBe(0);
  expect(byName.Admin.projects).toBe(1);
  const [row] = await server.services.db
    .select()
    .from(auditEvent)
    .where(eq(auditEvent.actorId, member.id))
    .orderBy(auditEvent.position);
  expect(byName.Member.lastSeenAt?.getTime()).toBeGreaterThanOrEqual(row.at.getTime());
  await server.services.authentication.createUser({
    name: "Absent",
    email: "absent@example.org",
    password: "long enough",
  });
  expect((await client(admin).installation.people.query()).find(({ name }) => name === "Absent")).toMatchObject({
    lastSeenAt: null,
    projects: 0,
  });
});
