import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBetterAuth } from "../auth/create-better-auth.ts";
import { AUTH_PREFIX, openAuthPaths } from "../http/auth-paths.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

/** Why each of better-auth's paths that strangers reach may be reached. */
const openTo: Readonly<Record<string, string>> = {
  "/sign-in/email": "asks for the password; guesses are counted before they are tried",
  "/sign-out": "ends the session of the cookie that comes along",
  "/two-factor/verify-totp": "needs the cookie of a right password; five codes for each",
  "/two-factor/verify-backup-code": "the same",
  "/passkey/generate-register-options": "needs a session that was just confirmed",
  "/passkey/verify-registration": "needs a session that was just confirmed, and the device's answer to its question",
  "/passkey/generate-authenticate-options": "a random question for whoever wants to sign in; bounded by network",
  "/passkey/verify-authentication": "needs the signature of a device over that question",
  "/sign-in/social": "sends the browser to the one provider that is set; bounded by network",
  "/link-social": "the same, needs a session that was just confirmed",
  "/callback/institution": "needs the state that began in this browser, and the provider's signed token",
};

let server: TestServer;
let known: readonly string[];
beforeAll(async () => {
  server = await startTestServer();
  const { services } = server;
  const settings = {
    publicUrl: "https://nuclei.example.org",
    secret: "x".repeat(40),
    institution: { issuer: "", clientId: "c", clientSecret: "s", name: "", allowedDomains: [] },
  };
  const provider = { discoveryUrl: "http://127.0.0.1:9/none", userInfoUrl: undefined };
  const auth = createBetterAuth(services.db, services.events, services.authentication.apps, settings, provider, {
    id: "no-audit",
  });
  known = Object.values(auth.api).flatMap((endpoint) => ("path" in endpoint && endpoint.path ? [endpoint.path] : []));
});
afterAll(() => server.close());

const knock = async (path: string, method: string, body: unknown = {}) => {
  const answer = await fetch(server.address + AUTH_PREFIX + path, {
    method,
    headers: { "content-type": "application/json", origin: server.address },
    ...(method === "POST" && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};

it("each open path says why, and is one that better-auth has", () => {
  expect(Object.keys(openAuthPaths).sort()).toEqual(Object.keys(openTo).sort());
  expect(known.length).toBeGreaterThan(35);
  for (const path of Object.keys(openAuthPaths))
    expect(known).toContain(path === "/callback/institution" ? "/callback/:id" : path);
});

it("every other path of better-auth is closed, by each method", async () => {
  const closed = known.map((path) => path.replace(/:\w+/g, "x")).filter((path) => !(path in openAuthPaths));
  for (const path of [...closed, "/", "/sign-in/email/", "//sign-in/email", "/__proto__", "/constructor"])
    for (const method of ["GET", "POST"]) expect((await knock(path, method)).status, `${method} ${path}`).toBe(404);
  for (const [path, { method }] of Object.entries(openAuthPaths))
    expect((await knock(path, method === "GET" ? "POST" : "GET")).status, path).toBe(404);
});

describe("what better-auth would take besides", () => {
  it("a token in place of a sign-in, a place to go, a session to make: it gets none of them", async () => {
    const person = await server.signUp("Ada");
    const extra = { callbackURL: "https://evil.example", rememberMe: false, name: "Eve" };
    const answer = await knock("/sign-in/email", "POST", {
      email: person.email,
      password: "correct horse battery",
      ...extra,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("location")).toBeNull();
    expect(JSON.parse(answer.text)).toEqual({ redirect: false });
    expect(answer.headers.getSetCookie().join()).toContain("Max-Age="); // not forgotten with the window
    for (const body of [[], "text", 7, { email: {}, password: "x" }, { email: "a@b.c" }])
      expect((await knock("/sign-in/email", "POST", body)).status).toBe(400);
    expect((await knock("/passkey/verify-registration", "POST", { response: {}, createSession: true })).status).toBe(
      403,
    );
    const idToken = { token: "x.y.z" };
    expect((await knock("/sign-in/social", "POST", { provider: "google", idToken })).status).toBe(503);
  });
});
