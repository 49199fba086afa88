import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditEvent, personalToken, project, session, user } from "../../db/schema/index.ts";
import { apiClient, tokenFor, tokenRow } from "../api/testing/api-client.ts";
import { changeInstallationSettings } from "../settings/installation-settings.ts";
import { startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
let ada: TestPerson;
let administrator: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: "127.0.0.1" });
  ada = await server.signUp("Ada");
  administrator = await server.signUp("Administrator");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, administrator.id));
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
});
afterAll(() => server.close());
beforeEach(() => server.services.db.delete(personalToken));

const page = (person = ada) => createTestClient(server.address, person.cookie);
const statusOf = async (token: string, path = "/me") => (await apiClient(server.address, token).ask(path)).status;
const make = (
  fields: Partial<{
    name: string;
    scope: "read" | "annotate" | "manage";
    projectIds: string[] | null;
    days: number;
  }> = {},
) => page().account.createToken.mutate({ name: "notebook", scope: "read", projectIds: null, ...fields });

describe("a token of a person", () => {
  it("is shown once, opens the API, and is stored as a hash alone", async () => {
    const { token } = await make();
    expect(token).toMatch(/^karyoloop_[\w-]{43}$/);
    expect(await apiClient(server.address, token).get("/me")).toMatchObject({
      name: "Ada",
      token: { name: "notebook", scope: "read", projectIds: null },
    });
    const stored = await server.services.db.execute(sql`select row_to_json(t) as row from personal_token t`);
    expect(JSON.stringify(stored.rows)).not.toContain(token.slice("karyoloop_".length));
    const [listed] = await page().account.tokens.query();
    expect(JSON.stringify(listed)).not.toContain(token.slice("karyoloop_".length));
    expect(listed).toMatchObject({ name: "notebook", scope: "read", projects: null });
    expect(Date.now() - (listed.lastUsedAt?.getTime() ?? 0)).toBeLessThan(60_000);
  });

  it("ends: after 90 days unless its person says otherwise, after a year and a day at the latest", async () => {
    const { expiresAt } = await make();
    expect((expiresAt.getTime() - Date.now()) / 86_400_000).toBeCloseTo(90, 1);
    await expect(make({ days: 367 })).rejects.toThrow("days");
    const { token } = await make({ days: 1 });
    await server.services.db.update(personalToken).set({ expiresAt: sql`now() - interval '1 second'` });
    expect(await statusOf(token)).toBe(401);
    expect((await page().account.tokens.query()).map(({ name }) => name)).toEqual(["notebook", "notebook"]);
  });

  it("is made in a session that was just confirmed only", async () => {
    await server.services.db.update(session).set({ confirmedAt: new Date(Date.now() - 3_600_000) });
    await expect(make()).rejects.toThrow("Type your password once more");
    await server.services.db.update(session).set({ confirmedAt: new Date() });
  });

  it("opens the projects that it names, of those that are its person's", async () => {
    const other = await server.createProject("Organoids", [[ada, "owner"]]);
    const { token } = await make({ projectIds: [projectId] });
    const program = apiClient(server.address, token);
    expect((await program.get("/projects")).map(({ id }: { id: string }) => id)).toEqual([projectId]);
    expect(await statusOf(token, `/projects/${projectId}`)).toBe(200);
    expect(await statusOf(token, `/projects/${other}`)).toBe(404);
    const foreign = await server.createProject("Theirs", [[administrator, "owner"]]);
    await expect(make({ projectIds: [foreign] })).rejects.toThrow("none of yours");
    // Once they are deleted it opens none, not all.
    const lone = await server.createProject("Lone", [[ada, "owner"]]);
    const loneToken = (await make({ projectIds: [lone] })).token;
    await server.services.db.delete(project).where(eq(project.id, lone));
    expect(await apiClient(server.address, loneToken).get("/projects")).toEqual([]);
  });

  it("is taken back by its person or an administrator, ends with the account, and each is written down", async () => {
    const { token } = await make();
    const [{ tokenId }] = await page().account.tokens.query();
    await page().account.revokeToken.mutate({ tokenId });
    expect(await statusOf(token)).toBe(401);
    await expect(page().account.revokeToken.mutate({ tokenId })).rejects.toThrow("no such token");
    const second = await tokenFor(server, ada);
    expect(await page(administrator).installation.revokeTokens.mutate({ userId: ada.id })).toEqual({ revoked: 1 });
    expect(await statusOf(second)).toBe(401);
    const third = await tokenFor(server, ada);
    await page(administrator).installation.setAccountOn.mutate({ userId: ada.id, isOn: false });
    expect(await statusOf(third)).toBe(401);
    await page(administrator).installation.setAccountOn.mutate({ userId: ada.id, isOn: true });
    expect(await statusOf(third)).toBe(401);
    const gone = await server.signUp("Gone");
    const fourth = await tokenFor(server, gone);
    await server.services.db.delete(user).where(eq(user.id, gone.id));
    expect(await statusOf(fourth)).toBe(401);
    const rows = await server.services.db.select().from(auditEvent).where(eq(auditEvent.act, "personal-token.revoked"));
    expect(rows.map(({ actorName }) => actorName)).toEqual(["Ada", "Administrator", "Administrator"]);
    expect(JSON.stringify(await server.services.db.select().from(auditEvent))).not.toContain(token.slice(15));
    ada = { ...ada, cookie: (await signInAgain()).cookie };
  });

  it("opens nothing else: no page, no procedure, no route of pages, no other token, no administration", async () => {
    const token = await tokenFor(server, administrator);
    const headers = { authorization: `Bearer ${token}` };
    const paths = [
      "/trpc/account.tokens",
      "/trpc/installation.people",
      `/api/projects/${projectId}/uploads`,
      "/api/trainer/claim",
      "/zarr/00000000-0000-4000-8000-000000000000/image.ome.zarr/zarr.json",
    ];
    for (const path of paths)
      for (const method of ["GET", "POST"])
        expect([401, 404, 405, 415], `${method} ${path}`).toContain(
          (await fetch(server.address + path, { method, headers })).status,
        );
    const make = await fetch(`${server.address}/trpc/account.createToken`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ json: { name: "x", scope: "read", projectIds: null } }),
    });
    expect(make.status).toBe(401);
    expect(await statusOf(token, `/projects/${projectId}`)).toBe(404);
  });

  it("has fifty beside it at most", async () => {
    for (let i = 0; i < 50; i++) await tokenFor(server, ada);
    await expect(tokenFor(server, ada)).rejects.toMatchObject({ tag: "too-many-tokens" });
  });

  async function signInAgain(): Promise<TestPerson> {
    const { signIn } = await import("../testing/test-server.ts");
    return { ...ada, cookie: await signIn(server.address, ada.email, TEST_PASSWORD) };
  }
});

it("wrong tokens are slowed down for their network, and not the programs beside them", async () => {
  const token = await tokenFor(server, ada);
  const from = (network: string, secret: string) =>
    fetch(`${server.address}/api/v1/me`, {
      headers: { authorization: `Bearer ${secret}`, "x-forwarded-for": network },
    });
  expect((await from("198.51.100.7", token)).status).toBe(200);
  const answers = await Promise.all(Array.from({ length: 80 }, (_, i) => from("198.51.100.7", `karyoloop_${i}`)));
  const statuses = answers.map(({ status }) => status);
  // On a slow machine one or two more have their second.
  const wrong = statuses.filter((status) => status === 401).length;
  expect(wrong).toBeGreaterThanOrEqual(60);
  expect(wrong).toBeLessThan(70);
  const refused = answers.find(({ status }) => status === 429);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await from("198.51.100.7", token)).status).toBe(200);
  expect((await from("198.51.100.8", "karyoloop_x")).status).toBe(401);
});

it("what a token let in is known by the token, and ends with it", async () => {
  const token = await tokenFor(server, ada);
  const { id } = await tokenRow(server, token);
  let ended = "";
  const line = {
    userId: ada.id,
    sessionId: `token:${id}`,
    needs: null,
    end(why: string) {
      ended = why;
    },
  };
  server.services.openLines.hold(line);
  const { openLines } = server.services;
  let other = "";
  openLines.hold({
    ...line,
    sessionId: "token:00000000-0000-4000-8000-000000000000",
    end(why) {
      other = why;
    },
  });
  server.services.events.publish({ topic: "account", userId: ada.id });
  await expect.poll(() => other).toBe("signed-out");
  expect(ended).toBe("");
  await page().account.revokeToken.mutate({ tokenId: id });
  await expect.poll(() => ended).toBe("signed-out");
});

describe("pages of other sites", () => {
  const ORIGIN = "https://viewer.example.org";
  const askFrom = async (origin: string, method = "GET", headers: Record<string, string> = {}) =>
    fetch(`${server.address}/api/v1/me`, { method, headers: { origin, ...headers } });

  it("may ask the API where an administrator named their origin, with a token and never with a cookie", async () => {
    const token = await tokenFor(server, ada);
    const bearer = { authorization: `Bearer ${token}` };
    expect((await askFrom(ORIGIN, "GET", bearer)).headers.get("access-control-allow-origin")).toBeNull();
    await changeInstallationSettings(server.services.db, { apiOrigins: `${ORIGIN}, http://localhost:8080` });
    server.services.events.publish({ topic: "settings" });
    const allowed = await askFrom(ORIGIN, "GET", bearer);
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
    expect(allowed.headers.get("vary")).toContain("origin");
    expect((await askFrom(ORIGIN, "GET", { cookie: ada.cookie })).status).toBe(401);
    for (const near of [
      "https://viewer.example.org.evil.example",
      "http://viewer.example.org",
      "https://evil.example",
      "null",
    ])
      expect((await askFrom(near, "GET", bearer)).headers.get("access-control-allow-origin"), near).toBeNull();
    const pageRoute = await fetch(`${server.address}/trpc/account.me`, {
      headers: { origin: ORIGIN, cookie: ada.cookie },
    });
    expect(pageRoute.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("ask first, and are told what they may send", async () => {
    const asks = { "access-control-request-method": "GET", "access-control-request-headers": "authorization" };
    const preflight = await askFrom(ORIGIN, "OPTIONS", asks);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
    expect((await askFrom("https://evil.example", "OPTIONS", asks)).status).toBe(403);
    const elsewhere = await fetch(`${server.address}/trpc/account.me`, {
      method: "OPTIONS",
      headers: { origin: ORIGIN, ...asks },
    });
    expect(elsewhere.status).toBe(403);
    expect((await fetch(`${server.address}/api/v1/me`, { method: "OPTIONS" })).status).toBe(405);
  });
});
