import { afterAll, beforeAll, expect, it } from "vitest";
import { signIn, startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it("starts on a free port with a migrated database, and signs people in through the real route", async () => {
  expect(await (await fetch(`${server.address}/healthz`)).json()).toEqual({ ok: true });
  const ada = await server.signUp("Ada Lovelace");
  for (const cookie of [ada.cookie, await signIn(server.address, ada.email)])
    expect(await server.services.authentication.userOf({ cookie })).toMatchObject({
      id: ada.id,
      isAdministrator: false,
    });
  expect(await server.services.authentication.userOf({ cookie: "karyoloop.session_token=forged" })).toBeNull();
});

it("has no open registration", async () => {
  const response = await fetch(`${server.address}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Eve", email: "eve@example.org", password: "a long password" }),
  });
  expect(response.status).toBe(404);
});

it("refuses requests that a page of another site sends", async () => {
  const response = await fetch(`${server.address}/trpc/event.ofProject`, {
    method: "POST",
    headers: { origin: "http://evil.example" },
  });
  expect(response.status).toBe(403);
});
