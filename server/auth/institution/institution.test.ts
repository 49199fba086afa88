import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { account, user } from "../../../db/schema/index.ts";
import { readEnvironment } from "../../env.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { startTestProvider, type TestProvider } from "../testing/test-provider.ts";

// Signing in with the tests' cheap hash stays cheap; password-hash.test.ts tries that it is renewed.
vi.mock("../password-hash.ts", async (original) => ({ ...(await original<object>()), isOutdatedHash: () => false }));

const client = { id: "karyoloop", secret: "shared with the provider" };
const settingsFor = (issuer: string, domains = "") => ({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: client.id,
  OIDC_CLIENT_SECRET: client.secret,
  OIDC_NAME: "ORCID",
  OIDC_ALLOWED_DOMAINS: domains,
});

let provider: TestProvider;
let server: TestServer;
beforeAll(async () => {
  provider = await startTestProvider(client);
  server = await startTestServer(settingsFor(provider.issuer, "uni.example.org"));
});
afterAll(async () => {
  await server.close();
  await provider.close();
});
beforeEach(() => {
  provider.spoil = (claims) => claims;
  provider.forge = false;
});

/** A browser with cookies of its own, which follows redirects by hand. */
function browser(at: TestServer = server, cookie = "") {
  const jar = new Map(cookie ? [cookie.split(/=(.*)/s).slice(0, 2) as [string, string]] : []);
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const ask = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { "content-type": "application/json", origin: at.address, cookie: cookies() },
    });
    for (const one of response.headers.getSetCookie()) {
      const [name, value] = one.split(";")[0].split(/=(.*)/s);
      if (/max-age=0/i.test(one)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  return {
    ask,
    cookies,
    /** The button, to where the provider is asked. */
    async begin(path = "sign-in/social", body: unknown = {}) {
      const response = await ask(`${at.address}/api/auth/${path}`, { method: "POST", body: JSON.stringify(body) });
      return { status: response.status, url: String((await response.json()).url ?? "") };
    },
    /** Through the provider; the address at which the person is sent back to us. */
    async provide(url: string): Promise<string> {
      return (await fetch(url, { redirect: "manual" })).headers.get("location") ?? "";
    },
    /** Back with us; where the page goes then. */
    async comeBack(url: string): Promise<URL> {
      return new URL((await ask(url)).headers.get("location") ?? "", at.address);
    },
    async signIn(body: unknown = {}): Promise<URL> {
      return this.comeBack(await this.provide((await this.begin("sign-in/social", body)).url));
    },
    person: () => at.services.authentication.userOf({ cookie: cookies() }),
  };
}

async function link(person: TestPerson, at = server): Promise<URL> {
  const one = browser(at, person.cookie);
  return one.comeBack(await one.provide((await one.begin("link-social")).url));
}

describe("an identity of the institution", () => {
  it("is linked by its owner alone, without an email, and signs in from then on", async () => {
    const ada = await server.signUp("Ada");
    provider.person = { sub: "0000-0002-1825-0097", given_name: "Josiah", family_name: "Carberry" };
    const before = await browser().signIn();
    expect(before.searchParams.get("error")).toBe("not_invited");
    expect((await browser().begin("link-social")).status).toBe(403); // nobody signed in

    expect((await link(ada)).pathname).toBe("/account");
    const api = createTestClient(server.address, ada.cookie);
    expect(await api.account.secondFactors.query()).toMatchObject({ institution: { subject: "0000-0002-1825-0097" } });
    const one = browser();
    const place = await one.signIn({ callbackURL: "/projects/7" });
    expect([place.origin, place.pathname, place.search]).toEqual([server.address, "/projects/7", ""]);
    expect(await one.person()).toMatchObject({ id: ada.id, name: "Ada", email: ada.email, twoFactors: false });
    expect(provider.asked?.get("code_challenge_method")).toBe("S256");
    expect(provider.asked?.get("nonce")).toMatch(/.{20}/);
    expect(provider.asked?.get("scope")).toBe("openid profile email");
    expect(provider.refused).toEqual([]);
    const [row] = await server.services.db.select().from(account).where(eq(account.providerId, "institution"));
    expect([row.accessToken, row.refreshToken, row.idToken]).toEqual([null, null, null]);

    const ben = await server.signUp("Ben");
    expect((await link(ben)).searchParams.get("error")).toBe("account_already_linked_to_different_user");
    await api.account.unlinkInstitution.mutate();
    expect((await browser().signIn()).searchParams.get("error")).toBe("not_invited");
  });

  it("takes over no account by its email, verified or not", async () => {
    const grace = await server.signUp("Grace");
    for (const verified of [true, false, undefined, "true"]) {
      provider.person = { sub: "thief", email: grace.email, email_verified: verified, name: "Thief" };
      const thief = browser();
      expect((await thief.signIn()).searchParams.get("error"), String(verified)).toBe("account_not_linked");
      expect(await thief.person()).toBeNull();
    }
  });

  it("of an account that is off signs nobody in", async () => {
    const off = await server.signUp("Off");
    provider.person = { sub: "off" };
    await link(off);
    await server.services.db.update(user).set({ switchedOffAt: new Date() }).where(eq(user.id, off.id));
    const one = browser();
    expect((await one.signIn()).searchParams.get("error")).toBe("ACCOUNT_OFF");
    expect(await one.person()).toBeNull();
  });
});

describe("who comes without an invitation", () => {
  it("gets an account by a verified address of the institution, under a name that is nobody else's", async () => {
    for (const [sub, name, expected] of [
      ["1", "Wei Zhang", "Wei Zhang"],
      ["2", "Wei Zhang", "Wei Zhang (uni.example.org)"],
      ["3", "\u202egnahZ", "p3"],
    ]) {
      provider.person = { sub, name, email: `P${sub}@Uni.example.org`, email_verified: true };
      const one = browser();
      await one.signIn();
      expect(await one.person()).toMatchObject({
        name: expected,
        email: `p${sub}@uni.example.org`,
        isAdministrator: false,
      });
    }
    const again = browser();
    provider.person = { sub: "1", name: "Another Name", email: "other@uni.example.org", email_verified: true };
    await again.signIn();
    expect(await again.person()).toMatchObject({ name: "Wei Zhang", email: "p1@uni.example.org" });
    const api = createTestClient(server.address, again.cookies());
    await expect(api.account.unlinkInstitution.mutate()).rejects.toThrow("could not sign in any more");
  });

  it.each([
    ["an address that nobody verified", { email: "x@uni.example.org", email_verified: false }],
    ["an address of elsewhere", { email: "x@example.org", email_verified: true }],
    ["an address that only ends alike", { email: "x@evil-uni.example.org", email_verified: true }],
    ["a part of the domain", { email: "x@sub.uni.example.org", email_verified: true }],
    ["no address", {}],
  ])("is not let in with %s", async (_what, claims) => {
    provider.person = { sub: "stranger", name: "Stranger", ...claims };
    const one = browser();
    expect((await one.signIn()).searchParams.get("error")).toBe("not_invited");
    expect(await one.person()).toBeNull();
    expect(await server.services.db.select().from(user).where(eq(user.name, "Stranger"))).toEqual([]);
  });
});

describe("a sign-in that was tampered with", () => {
  const spoils: Readonly<Record<string, (claims: Record<string, unknown>) => Record<string, unknown>>> = {
    "a nonce of another sign-in": (claims) => ({ ...claims, nonce: "another" }),
    "no nonce": ({ nonce: _nonce, ...claims }) => claims,
    "a token for another client": (claims) => ({ ...claims, aud: "another client" }),
    "a token of another issuer": (claims) => ({ ...claims, iss: "https://evil.example" }),
    "a token that ran out": (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 600 }),
  };
  const newcomer = { sub: "tampered", name: "Tampered", email: "tampered@uni.example.org", email_verified: true };

  it.each(Object.keys(spoils))("by %s is refused", async (name) => {
    provider.person = newcomer;
    provider.spoil = spoils[name];
    const one = browser();
    expect((await one.signIn()).searchParams.get("error")).toBe("unable_to_get_user_info");
    expect(await one.person()).toBeNull();
  });

  it("by a key that is not the provider's is refused", async () => {
    provider.person = newcomer;
    provider.forge = true;
    const one = browser();
    expect((await one.signIn()).searchParams.get("error")).toBe("unable_to_get_user_info");
    expect(await one.person()).toBeNull();
  });

  it("by a state that is not this browser's, or was used, is refused", async () => {
    provider.person = newcomer;
    const [one, two] = [browser(), browser()];
    const url = await one.provide((await one.begin()).url);
    await two.begin();
    expect((await two.comeBack(url)).searchParams.get("error")).toBe("state_mismatch");
    expect(await two.person()).toBeNull();
    const three = browser();
    const back = await three.provide((await three.begin()).url);
    const wrong = new URL(back);
    wrong.searchParams.set("state", "guessed");
    expect((await three.comeBack(wrong.href)).searchParams.get("error")).not.toBeNull();
    expect((await three.comeBack(back)).searchParams.get("error")).toBeNull();
    expect(await three.person()).not.toBeNull();
    expect((await three.comeBack(back)).searchParams.get("error")).not.toBeNull();
  });

  it("leads to no page of another site", async () => {
    provider.person = newcomer;
    for (const callbackURL of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      const place = await browser().signIn({ callbackURL });
      expect(place.href).toBe(`${server.address}/projects`);
    }
  });
});

it("a provider that is down at the start costs nobody the password, and is found when it is back", async () => {
  const port = Number(new URL(provider.issuer).port);
  await provider.close();
  const other = await startTestServer(settingsFor(provider.issuer));
  try {
    const ada = await other.signUp("Ada");
    expect((await browser(other).begin()).status).toBe(503);
    expect(await createTestClient(other.address).account.signInWays.query()).toMatchObject({
      institution: { name: "ORCID" },
    });
    provider = await startTestProvider(client, port);
    provider.person = { sub: "0000-0001" };
    await vi.waitFor(async () => expect((await browser(other).begin()).status).toBe(200), {
      timeout: 20_000,
      interval: 500,
    });
    expect((await link(ada, other)).search).toBe("");
    expect((await browser(other).signIn()).search).toBe("");
    provider.person = { sub: "0000-0002", email: "x@uni.example.org", email_verified: true };
    expect((await browser(other).signIn()).searchParams.get("error")).toBe("signup_disabled"); // no domain is let in
  } finally {
    await other.close();
  }
});

it("the environment names all or nothing, over https", () => {
  expect(readEnvironment({}).institution).toBeNull();
  expect(() => readEnvironment({ OIDC_ISSUER: "https://orcid.org" })).toThrow("Set OIDC_ISSUER, OIDC_CLIENT_ID and");
  expect(() => readEnvironment(settingsFor("http://orcid.org"))).toThrow("begins with https");
  expect(() => readEnvironment(settingsFor("https://orcid.org", "@uni.org"))).toThrow("no domain like");
  expect(readEnvironment(settingsFor("https://orcid.org", "Uni.org, x.uni.org")).institution?.allowedDomains).toEqual([
    "uni.org",
    "x.uni.org",
  ]);
});
