import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { peerJudge } from "../export/testing/python-judge.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { tokenFor } from "./testing/api-client.ts";

const run = promisify(execFile);
const judge = peerJudge(["numpy"]);
const PACKAGE = path.join(import.meta.dirname, "../../clients/python/src");

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const name = `the package of clients/python walks through the API${judge.missing ? ` (skipped: ${judge.missing})` : ""}`;
it.skipIf(judge.missing)(name, { timeout: 300_000 }, async () => {
  const ada = await server.signUp("Ada");
  await server.createProject("Walk", [[ada, "owner"]]);
  const { stdout } = await run(judge.command ?? "", [path.join(import.meta.dirname, "testing/walk.py")], {
    env: {
      NODE_ENV: "test",
      PATH: process.env.PATH,
      PYTHONPATH: PACKAGE,
      PYTHONDONTWRITEBYTECODE: "1",
      KARYOLOOP_URL: server.address,
      KARYOLOOP_TOKEN: await tokenFor(server, ada),
    },
    timeout: 280_000,
  });
  expect(stdout).toContain("walked with numpy");
});
