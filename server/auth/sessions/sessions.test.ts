import { readFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installation, session, user } from "../../../db/schema/index.ts";
import { signIn, startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { createBetterAuth } from "../create-better-auth.ts";
import { browserWords } from "./browser-words.ts";
import { readSignedCookie, sessionCookieName, signCookie } from "./session-cookie.ts";

let server: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());

const DAY_MS = 86_400_000;
const isSignedIn = async (cookie: string) => (await server.services.authentication.userOf({ cookie })) !== null;
const rowsOf = (person: TestPerson) => server.services.db.select().from(session).where(eq(session.userId, person.id));

describe("a session", () => {
  it("is stored so that neither the database nor its row signs anybody in", async () => {
    const cookie = await signIn(server.address, ada.email);
    const [rawToken] = decodeURIComponent(cookie.split("=")[1]).split(".");
    const dump = JSON.stringify([await rowsOf(ada), await server.services.db.select().from(installation)]);
    expect(rawToken).toMatch(/^\w{32}$/);
    expect(dump).not.toContain(rawToken);
    const secret = (await readFile(path.join(server.dataRoot, "secrets", "sessions"), "utf8")).trim();
    expect(dump).not.toContain(secret);
    // Whoever stole the rows knows a hash, and with the secret even how to sign it.
    for (const row of await rowsOf(ada))
      expect(await isSignedIn(`${sessionCookieName(false)}=${signCookie(row.token, secret)}`)).toBe(false);
    expect(await isSignedIn(`${sessionCookieName(false)}=${signCookie(rawToken, "another secret")}`)).toBe(false);
    expect(await isSignedIn(cookie)).toBe(true);
  });

  it("begins with a new token, which a script cannot read and another site does not send", async () => {
    const given = `${sessionCookieName(false)}=chosen-by-somebody-else`;
    const response = await fetch(`${server.address}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: server.address, cookie: given },
      body: JSON.stringify({ email: ada.email, password: TEST_PASSWORD }),
    });
    const [cookie] = response.headers.getSetCookie();
    expect(await response.json()).toEqual({ redirect: false });
    expect(cookie).not.toContain("chosen-by-somebody-else");
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(cookie).toContain(`Max-Age=${90 * 86_400};`);
    expect(cookie.split(";")[0]).not.toBe((await signIn(server.address, ada.email)).split(";")[0]);
  });

  it("is bound to this host where the address is https", async () => {
    const settings = { publicUrl: "https://nuclei.example.org", secret: "x".repeat(40), institution: null };
    const auth = createBetterAuth(
      server.services.db,
      server.services.events,
      server.services.authentication.apps,
      settings,
      null,
      { id: "no-audit" },
    );
    const response = await auth.api.signInEmail({
      body: { email: ada.email, password: TEST_PASSWORD },
      asResponse: true,
    });
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-karyoloop\.session_token=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(cookie).not.toContain("Domain");
    expect(readSignedCookie(cookie.split(";")[0], sessionCookieName(true), settings.secret)).toMatch(/^\w{32}$/);
  });

  it("ends after 30 days without use, and after 90 days in any case", async () => {
    const person = await server.signUp("Idle");
    const cookie = await signIn(server.address, person.email);
    const [row] = (await rowsOf(person)).filter(({ userAgent }) => userAgent !== "test");
    expect(Math.round((row.expiresAt.getTime() - Date.now()) / DAY_MS)).toBe(90);
    const set = (fields: Partial<typeof session.$inferInsert>) =>
      server.services.db.update(session).set(fields).where(eq(session.id, row.id));
    await set({ lastSeenAt: new Date(Date.now() - 29 * DAY_MS) });
    expect(await isSignedIn(cookie)).toBe(true);
    const [seen] = await server.services.db.select().from(session).where(eq(session.id, row.id));
    expect(Date.now() - seen.lastSeenAt.getTime()).toBeLessThan(60_000);
    expect(seen.expiresAt).toEqual(row.expiresAt);
    await set({ lastSeenAt: new Date(Date.now() - 31 * DAY_MS) });
    expect(await isSignedIn(cookie)).toBe(false);
    await set({ lastSeenAt: new Date(), expiresAt: new Date(Date.now() - 1000) });
    expect(await isSignedIn(cookie)).toBe(false);
    await signIn(server.address, person.email); // sweeps
    expect((await rowsOf(person)).map(({ id }) => id)).not.toContain(row.id);
  });

  it("is listed in words, and only its owner can end it", async () => {
    const [person, eve] = [await server.signUp("Lister"), await server.signUp("Eve")];
    const response = await fetch(`${server.address}/api/auth/sign-in/email`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-forwarded-for": "6.6.6.6",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
      },
      body: JSON.stringify({ email: person.email, password: TEST_PASSWORD }),
    });
    expect(response.status).toBe(200);
    const client = createTestClient(server.address, person.cookie);
    const listed = await client.account.sessions.query();
    expect(listed.map(({ browser, isThis }) => [browser, isThis])).toEqual(
      expect.arrayContaining([
        ["Firefox on Linux", false],
        ["A program (test)", true],
      ]),
    );
    const firefox = listed.find(({ browser }) => browser === "Firefox on Linux");
    expect(firefox).toMatchObject({ address: "127.0.0.1", method: "password" }); // not what the client claimed
    const sessionId = firefox?.sessionId ?? "";
    await expect(createTestClient(server.address, eve.cookie).account.endSession.mutate({ sessionId })).rejects.toThrow(
      "no such session of yours",
    );
    await client.account.endSession.mutate({ sessionId });
    expect((await client.account.sessions.query()).map((one) => one.isThis)).toEqual([true]);
  });

  it("of an account that is off is nothing, and the last administrator stays on", async () => {
    const person = await server.signUp("Off");
    await server.services.db.update(user).set({ switchedOffAt: new Date() }).where(eq(user.id, person.id));
    expect(await isSignedIn(person.cookie)).toBe(false);
    const admin = await server.signUp("Only Administrator");
    await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, admin.id));
    const client = createTestClient(server.address, admin.cookie);
    const off = client.installation.setAccountOn.mutate({ userId: admin.id, isOn: false });
    await expect(off).rejects.toThrow("needs an administrator");
  });
});

describe("a browser in words", () => {
  it.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36",
      "Chrome on Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0.0.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
      "Safari on macOS",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
      "Safari on iPhone",
    ],
    [
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36",
      "Chrome on Android",
    ],
    [
      "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36",
      "Chrome on ChromeOS",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox on Linux"],
    ["curl/8.5.0", "A program (curl)"],
    ["", "An unknown browser"],
    ["<script>alert(1)</script>", "An unknown browser"],
  ])("%s", (userAgent, words) => expect(browserWords(userAgent)).toBe(words));
});
