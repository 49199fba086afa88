import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
let owner: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("owner");
});
afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

/** What is logged from now on, line by line. */
function listen(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => {
    lines.push(JSON.parse(String(line)));
    return true;
  });
  return lines;
}
const SECRET = "a-value-of-a-row";
const breakDatabase = () =>
  vi.spyOn(server.services.db, "select").mockImplementation(() => {
    throw Object.assign(new Error("the query failed"), { detail: SECRET });
  });

it.each([
  ["a procedure", "/trpc/project.list", "/trpc/*"],
  ["a route", "/zarr/0b1f8c1e-5b1f-4a44-9d3c-0a8f6f1d2e3f/image.ome.zarr/zarr.json", "/zarr/:volumeId/*"],
])("%s that fails names the same request in its answer, its header and the log", async (_what, path, route) => {
  breakDatabase();
  const lines = listen();
  const response = await fetch(server.address + path, {
    headers: { cookie: owner.cookie, "x-request-id": "forged" },
  });
  const text = await response.text();
  const id = response.headers.get("x-request-id");
  expect(response.status).toBe(500);
  expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(text).toContain(`"requestId":"${id}"`);
  expect(text).not.toContain("the query failed");
  const line = lines.find(({ requestId }) => requestId === id);
  expect(line).toMatchObject({ level: "error", message: expect.stringContaining("the query failed") });
  expect(line?.route).toContain(route);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

it("two requests at once keep their own ids", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, async () => (await fetch(`${server.address}/healthz`)).headers.get("x-request-id")),
  );
  expect(new Set(ids).size).toBe(20);
});
