import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { poll } from "../../ingest/testing/poll.ts";
import { temporaryFolder } from "../../ingest/testing/temporary-folder.ts";
import { typescriptArguments } from "../../supervisor/typescript-arguments.mjs";

const START = fileURLToPath(new URL("../testing/start-stand-in.ts", import.meta.url));

it("a server that is killed before PostgreSQL listens to signals leaves no orphan", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const program = path.join(folder, "postgres");
  const pidFile = path.join(folder, "pid");
  // Deaf for a while, as what a shell starts in the background is: it ignores SIGINT until it has a handler.
  const standIn = `#!${process.execPath}
let isDeaf = true;
process.on("SIGINT", () => isDeaf || process.exit(0));
setTimeout(() => { isDeaf = false; }, 1500);
setInterval(() => {}, 1000);
require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
`;
  await writeFile(program, standIn, { mode: 0o755 });
  const server = spawn(process.execPath, [...typescriptArguments, START, folder, program], { stdio: "ignore" });
  const pid = await poll(async () => Number(await readFile(pidFile, "utf8").catch(() => "")) || null, 30_000);
  server.kill("SIGKILL");
  const isGone = () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await poll(async () => isGone(), 20_000);
  expect(isGone()).toBe(true);
});
