import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { session, user } from "../../db/schema/index.ts";
import { passwordHashing } from "../auth/password-hashing.ts";
import { startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

/** What somebody without an account can make the server do, and learn from it. */

let server: TestServer;
let owner: TestPerson;
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: "127.0.0.1" });
  owner = await server.signUp("Owner");
});
afterAll(() => server.close());

const stranger = () => createTestClient(server.address);
const DEAD_TOKEN = "x".repeat(43);
const fields = (email: string) => ({ name: "Mallory", email, password: TEST_PASSWORD, token: DEAD_TOKEN });

/** Hashes that began while `work` ran. */
async function hashesOf<T>(work: () => Promise<T>): Promise<{ hashes: number; result: T }> {
  const before = passwordHashing.begun;
  const result = await work();
  return { hashes: passwordHashing.begun - before, result };
}

const signInFrom = (address: string, email: string, password: string) =>
  fetch(`${server.address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": address },
    body: JSON.stringify({ email, password }),
  });

async function inviteToken(): Promise<string> {
  const projectId = await server.createProject("Embryos", [[owner, "owner"]]);
  const client = createTestClient(server.address, owner.cookie);
  const { url } = await client.invitation.create.mutate({ projectId, role: "annotator", days: 1 });
  return url.split("#")[1];
}

describe("a dead token", () => {
  it.each([
    ["invitation.acceptWithNewAccount", fields("mallory@example.org")],
    ["invitation.acceptWithNewAccount", fields("owner@example.org")],
    ["account.createAdministrator", fields("owner@example.org")],
    ["account.resetPassword", { token: DEAD_TOKEN, password: TEST_PASSWORD }],
  ])("%s costs no hash and says nothing about addresses", async (path, json) => {
    const { hashes, result } = await hashesOf(async () => {
      const batch = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, { json }]));
      const answer = await fetch(`${server.address}/trpc/${Array(20).fill(path).join(",")}?batch=1`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-forwarded-for": `198.51.100.${path.length + json.token.length}`,
        },
        body: JSON.stringify(batch),
      });
      return (await answer.json()) as { error: { json: { message: string } } }[];
    });
    expect(hashes).toBe(0);
    expect(new Set(result.map(({ error }) => error.json.message)).size).toBe(1);
    expect(result[0].error.json.message).toContain("does not work any more");
  });
});

describe("a live invitation", () => {
  it("says that an address is taken before a hash, to few questions, and stays live", async () => {
    const token = await inviteToken();
    const taken = { ...fields("owner@example.org"), token };
    const { hashes, result } = await hashesOf(() =>
      Promise.allSettled(Array.from({ length: 30 }, () => stranger().invitation.acceptWithNewAccount.mutate(taken))),
    );
    const said = result.map((one) => (one.status === "rejected" ? String(one.reason.message) : "in"));
    expect(hashes).toBe(0);
    expect(said.filter((text) => text.includes("an account with this email")).length).toBeLessThanOrEqual(10);
    expect(said.filter((text) => text.includes("Too many attempts")).length).toBeGreaterThanOrEqual(20);
    expect(await stranger().invitation.lookUp.query({ token })).toMatchObject({ projectName: "Embryos" });
  });

  it("makes one account of two at once, and hashes outside of what locks rows", async () => {
    const token = await inviteToken();
    let waiting = 0;
    const { db } = server.services;
    const { hashes } = await hashesOf(async () => {
      const joining = ["one", "two"].map((name) =>
        stranger().invitation.acceptWithNewAccount.mutate({ ...fields(`${name}@example.org`), token }),
      );
      const ended = Promise.allSettled(joining);
      // No connection of the pool waits for a hash: the database answers others meanwhile.
      while ((await Promise.race([ended, Promise.resolve(null)])) === null) {
        const { rows } = await db.execute<{ n: number }>(
          "select count(*)::int as n from pg_stat_activity where state = 'idle in transaction' and now() - state_change > interval '40 ms'",
        );
        waiting = Math.max(waiting, rows[0].n);
      }
      expect((await ended).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    });
    expect(hashes).toBe(2);
    expect(await db.select().from(user)).toHaveLength(2);
  });
});

describe("signing in", () => {
  it("of 60 guesses at once few are hashed; the rest is told how long to wait; others come in", async () => {
    const target = await server.signUp("Target");
    const { hashes, result } = await hashesOf(() =>
      Promise.all(Array.from({ length: 60 }, (_, i) => signInFrom("198.51.100.1", target.email, `guess ${i}`))),
    );
    expect(hashes).toBeLessThanOrEqual(20); // ten, and as many more as doubling waits pass in while they are hashed
    const refused = result.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(40);
    for (const answer of refused) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused[0].json()).toMatchObject({
      tag: "too-many-attempts",
      hint: expect.stringMatching(/\d seconds?/),
    });
    const [fromHome, other] = [
      await signInFrom("203.0.113.5", target.email, TEST_PASSWORD),
      await signInFrom("198.51.100.1", owner.email, TEST_PASSWORD),
    ];
    expect([fromHome.status, other.status]).toEqual([200, 200]);
  });

  it("a hundred failures from one address do not lock out who has a session from there", async () => {
    const { db } = server.services;
    const [row] = await db.select().from(session).limit(1);
    const [person] = await db.select().from(user).limit(1);
    // A session of before the start, as the guard finds it in the database.
    await db.insert(session).values({
      ...row,
      id: "of before",
      token: "of before",
      userId: person.id,
      ipAddress: "192.0.2.77",
    });
    const guesses = await Promise.all(
      Array.from({ length: 100 }, (_, i) => signInFrom("192.0.2.77", `nobody${i}@example.org`, "a long guess")),
    );
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect((await signInFrom("192.0.2.77", person.email, TEST_PASSWORD)).status).toBe(200);
  });

  it("tells nothing about an address: the same words and the same work with and without an account", async () => {
    const say = (email: string) =>
      hashesOf(async () => {
        const answer = await signInFrom("203.0.113.99", email, "a wrong password");
        return [answer.status, await answer.text()];
      });
    const [known, unknown] = [await say(owner.email), await say("nobody@example.org")];
    expect(known).toEqual(unknown);
    expect(known.hashes).toBe(1);
  });

  it("stores where a session came from, by the trusted proxy's word only", async () => {
    await signInFrom("1.2.3.4, 203.0.113.60", owner.email, TEST_PASSWORD);
    const addresses = (await server.services.db.select().from(session)).map(({ ipAddress }) => ipAddress);
    expect(addresses).toContain("203.0.113.60");
    expect(addresses).not.toContain("1.2.3.4");
  });

  it("takes JSON of an email and a password, and nothing else", async () => {
    for (const body of ['{"email":["a"],"password":"x"}', "[]", "email=a%40b.c&password=x", '{"email":"a@b.c"}']) {
      const { hashes, result } = await hashesOf(() =>
        fetch(`${server.address}/api/auth/sign-in/email`, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body,
        }),
      );
      expect([result.status, hashes], body).toEqual([400, 0]);
    }
  });
});

it("guessing the current password with a stolen session is bounded like signing in", async () => {
  const person = await server.signUp("Victim");
  const client = createTestClient(server.address, person.cookie);
  const { hashes, result } = await hashesOf(() =>
    Promise.allSettled(
      Array.from({ length: 60 }, (_, i) =>
        client.account.changePassword.mutate({ current: `guess ${i}`, password: "a new long password" }),
      ),
    ),
  );
  expect(hashes).toBeLessThanOrEqual(20);
  const errors = result.map((one) => (one.status === "rejected" ? one.reason : null));
  expect(errors.filter((error) => error?.data.code === "TOO_MANY_REQUESTS").length).toBeGreaterThanOrEqual(40);
});
