import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { session, twoFactor, user } from "../../../db/schema/index.ts";
import { changeInstallationSettings } from "../../settings/installation-settings.ts";
import { startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { phone } from "../testing/phone.ts";
import { stepOfCode } from "./totp-code.ts";

// Signing in with the tests' cheap hash stays cheap; password-hash.test.ts tries that it is renewed.
vi.mock("../password-hash.ts", async (original) => ({ ...(await original<object>()), isOutdatedHash: () => false }));

let server: TestServer;
/**
 * The clock stands still; each test has a time of its own, so that codes of one do not count in another. It is behind the
 * database's, whose stamps are then never too old.
 */
let now = Date.now() - 2 * 3_600_000;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now });
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
  vi.useRealTimers();
});
const pass = (seconds: number) => {
  now += seconds * 1000;
  vi.setSystemTime(now);
};
beforeEach(() => pass(90));

const clientOf = (cookie?: string) => createTestClient(server.address, cookie);
const userOf = (cookie: string) => server.services.authentication.userOf({ cookie });

/** A browser: keeps cookies between requests. */
function browser() {
  const jar = new Map<string, string>();
  return {
    async post(path: string, body: unknown) {
      const response = await fetch(`${server.address}/api/auth/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: server.address, cookie: this.cookie },
        body: JSON.stringify(body),
      });
      for (const one of response.headers.getSetCookie()) {
        const [name, value] = one.split(";")[0].split(/=(.*)/s);
        if (/max-age=0/i.test(one)) jar.delete(name);
        else jar.set(name, value);
      }
      return { status: response.status, body: await response.json() };
    },
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    async password(person: TestPerson, password = TEST_PASSWORD) {
      return this.post("sign-in/email", { email: person.email, password });
    },
    async code(code: string, trustDevice = false) {
      return this.post("two-factor/verify-totp", { code, trustDevice });
    },
    async recoveryCode(code: string) {
      return this.post("two-factor/verify-backup-code", { code });
    },
    async isIn() {
      return (await userOf(this.cookie)) !== null;
    },
  };
}

async function personWithApp(name: string) {
  const person = await server.signUp(name);
  const client = clientOf(person.cookie);
  const code = phone((await client.account.beginApp.mutate()).url);
  const { recoveryCodes } = await client.account.confirmApp.mutate({ code: code() });
  pass(90);
  return { person, client, code, recoveryCodes };
}

it("knows the codes of RFC 4226's table, in their step and its neighbours", async () => {
  const secret = "12345678901234567890";
  const table = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
  for (const [step, code] of table.entries())
    for (let away = -2; away <= 2; away++)
      expect(await stepOfCode(secret, code, (step + away) * 30_000), `${step}, ${away} away`).toBe(
        Math.abs(away) <= 1 ? step : null,
      );
});

describe("setting an app up", () => {
  it("asks for its first code, shows ten recovery codes, ends other sessions, and keeps no secret in clear", async () => {
    const person = await server.signUp("Ada");
    const elsewhere = browser();
    await elsewhere.password(person);
    const client = clientOf(person.cookie);
    const { url } = await client.account.beginApp.mutate();
    expect(url).toMatch(/^otpauth:\/\/totp\/Karyoloop:ada%40example\.org\?secret=[A-Z2-7]+&issuer=Karyoloop/);
    expect(await client.account.secondFactors.query()).toMatchObject({ app: null });
    await expect(client.account.confirmApp.mutate({ code: "000000" })).rejects.toThrow("not right");
    await expect(client.account.confirmApp.mutate({ code: phone(url)(-2) })).rejects.toThrow("not right");
    const stranger = browser();
    await stranger.password(person); // half a set-up asks for nothing
    expect(await stranger.isIn()).toBe(true);

    const { recoveryCodes } = await client.account.confirmApp.mutate({ code: phone(url)() });
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await client.account.secondFactors.query()).toMatchObject({ app: { recoveryCodesLeft: 10 } });
    expect([await elsewhere.isIn(), await stranger.isIn()]).toEqual([false, false]);
    expect(await userOf(person.cookie)).toMatchObject({ twoFactors: true });

    const stored = JSON.stringify(await server.services.db.select().from(twoFactor));
    const secret = new URL(url).searchParams.get("secret") ?? "";
    for (const clear of [secret, ...recoveryCodes, ...recoveryCodes.map((one) => one.replaceAll("-", ""))])
      expect(stored).not.toContain(clear);
    await expect(client.account.beginApp.mutate()).rejects.toThrow("set up already");
  });

  it("asks for the password where the session is not fresh", async () => {
    const person = await server.signUp("Left Open");
    const client = clientOf(person.cookie);
    const sign = { confirmedAt: new Date(Date.now() - 11 * 60_000) };
    await server.services.db.update(session).set(sign).where(eq(session.userId, person.id));
    await expect(client.account.beginApp.mutate()).rejects.toThrow("password once more");
    await expect(client.account.confirm.mutate({ password: "wrong" })).rejects.toThrow("current password is wrong");
    await client.account.confirm.mutate({ password: TEST_PASSWORD });
    expect(await client.account.beginApp.mutate()).toHaveProperty("url");
  });
});

describe("signing in with an app", () => {
  it("lets nobody in by the password alone, and takes each code once", async () => {
    const { person, code } = await personWithApp("Grace");
    const one = browser();
    expect(await one.password(person)).toMatchObject({ status: 200, body: { twoFactorRedirect: true } });
    expect(await one.isIn()).toBe(false);
    expect(one.cookie).not.toContain("session_token");
    expect(await one.code("000000")).toMatchObject({ status: 401, body: { code: "INVALID_CODE" } });
    const used = code();
    expect(await one.code(used)).toEqual({ status: 200, body: {} });
    expect(await userOf(one.cookie)).toMatchObject({ id: person.id, twoFactors: true });

    const two = browser();
    await two.password(person);
    expect(await two.code(used)).toMatchObject({ status: 401, body: { code: "CODE_USED" } });
    expect((await two.code(code(-1))).status).toBe(401); // older than the one that was used
    expect((await two.code(code(2))).status).toBe(401);
    expect((await two.code(code(1))).status).toBe(200);
    expect(await one.code(code(1))).toMatchObject({ status: 401, body: { code: "SIGNED_IN" } });
  });

  it("of two who bring one code at once, one gets in", async () => {
    const { person, code } = await personWithApp("Twice");
    const both = [browser(), browser()];
    for (const one of both) await one.password(person);
    await Promise.all(both.map((one) => one.code(code())));
    expect((await Promise.all(both.map((one) => one.isIn()))).sort()).toEqual([false, true]);
  });

  it("takes each recovery code once, however it is typed, and never what is stored", async () => {
    const { person, client, recoveryCodes } = await personWithApp("Phoneless");
    const [row] = await server.services.db.select().from(twoFactor).where(eq(twoFactor.userId, person.id));
    const one = browser();
    await one.password(person);
    expect((await one.recoveryCode(JSON.parse(row.backupCodes)[0])).status).not.toBe(200);
    expect((await one.recoveryCode(` ${recoveryCodes[0].toUpperCase().replaceAll("-", " ")}`)).status).toBe(200);
    expect(await one.isIn()).toBe(true);
    const two = browser();
    await two.password(person);
    expect((await two.recoveryCode(recoveryCodes[0])).status).toBe(401);
    expect(await client.account.secondFactors.query()).toMatchObject({ app: { recoveryCodesLeft: 9 } });

    const renewed = await client.account.renewRecoveryCodes.mutate({ code: recoveryCodes[1] });
    expect(renewed.recoveryCodes).toHaveLength(10);
    expect((await two.recoveryCode(recoveryCodes[2])).status).toBe(401);
    expect((await two.recoveryCode(renewed.recoveryCodes[0])).status).toBe(200);
  });

  it("bounds wrong codes of one sign-in, and of an account over all", async () => {
    const { person, code } = await personWithApp("Guessed");
    for (let round = 0; round < 2; round++) {
      const guesser = browser();
      await guesser.password(person);
      for (let i = 0; i < 5; i++) expect((await guesser.code(`00000${i}`)).status).toBe(401);
      expect((await guesser.code(code(round))).status).not.toBe(200);
      expect(await guesser.isIn()).toBe(false);
    }
    const owner = browser();
    await owner.password(person);
    pass(90);
    expect((await owner.code(code())).status).toBe(429); // ten in a row: a quarter of an hour
    pass(16 * 60);
    await owner.password(person);
    expect((await owner.code(code())).status).toBe(200);
  });

  it("skips the code in a browser that was trusted, until the password changes", async () => {
    const { person, code } = await personWithApp("Trusting");
    const [home, other] = [browser(), browser()];
    await home.password(person);
    await home.code(code(), true);
    await home.post("sign-out", {});
    expect((await home.password(person)).body).not.toHaveProperty("twoFactorRedirect");
    expect(await userOf(home.cookie)).toMatchObject({ twoFactors: true });
    expect((await other.password(person)).body).toHaveProperty("twoFactorRedirect");
    const passwords = { current: TEST_PASSWORD, password: "a new long password" };
    await clientOf(home.cookie).account.changePassword.mutate(passwords);
    await home.post("sign-out", {});
    expect((await home.password(person, passwords.password)).body).toHaveProperty("twoFactorRedirect");
  });
});

describe("a second factor goes", () => {
  it("with a code of its own, not with a reset link", async () => {
    const { person, client, code } = await personWithApp("Keeper");
    const administrator = await server.signUp("Administrator One");
    await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, administrator.id));
    const admin = clientOf(administrator.cookie);
    await expect(client.account.removeApp.mutate({ code: "000000" })).rejects.toThrow("not right");
    const { url } = await admin.installation.makeResetLink.mutate({ userId: person.id });
    await clientOf().account.resetPassword.mutate({ token: url.split("#")[1], password: "a new long password" });
    const one = browser();
    expect((await one.password(person, "a new long password")).body).toHaveProperty("twoFactorRedirect");
    expect((await one.code(code())).status).toBe(200);
    pass(30);
    await clientOf(one.cookie).account.removeApp.mutate({ code: code() });
    expect((await browser().password(person, "a new long password")).body).not.toHaveProperty("twoFactorRedirect");
  });

  it("by an administrator, for who lost everything; every session ends", async () => {
    const { person } = await personWithApp("Loser");
    const administrator = await server.signUp("Administrator Two");
    await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, administrator.id));
    const { resetSecondFactor } = clientOf(administrator.cookie).installation;
    await resetSecondFactor.mutate({ userId: person.id });
    expect(await userOf(person.cookie)).toBeNull();
    const one = browser();
    expect((await one.password(person)).body).not.toHaveProperty("twoFactorRedirect");
    expect(await userOf(one.cookie)).toMatchObject({ twoFactors: false });
    await expect(resetSecondFactor.mutate({ userId: "nobody" })).rejects.toThrow("no such person");
  });
});

it("an administrator who needs one may do nothing but set it up", async () => {
  const person = await server.signUp("Administrator Three");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, person.id));
  const client = clientOf(person.cookie);
  await client.installation.people.query();
  await changeInstallationSettings(server.services.db, { administratorsNeedTwoFactor: true });
  try {
    const refused = await client.installation.people.query().catch((error) => error);
    expect(refused.data).toMatchObject({ code: "FORBIDDEN", problem: { tag: "second-factor-needed" } });
    expect(await client.account.me.query()).toMatchObject({ needsSecondFactor: true });
    const code = phone((await client.account.beginApp.mutate()).url);
    await client.account.confirmApp.mutate({ code: code() });
    expect(await client.account.me.query()).toMatchObject({ needsSecondFactor: false });
    expect((await client.installation.people.query()).find((one) => one.userId === person.id)).toMatchObject({
      hasApp: true,
    });
  } finally {
    await changeInstallationSettings(server.services.db, { administratorsNeedTwoFactor: false });
  }
});
