import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runStep } from "./run-step.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-step-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(20);
  }
}

const pidIn = (file: string) => readFile(file, "utf8").then(Number, () => 0);

it("says whether the program succeeded", async () => {
  expect(await runStep(["/bin/sh", "-c", 'exit "$WISH"'], 20_000, { WISH: "0" })).toBe(true);
  expect(await runStep(["/bin/sh", "-c", "exit 3"], 20_000)).toBe(false);
  expect(await runStep([path.join(folder, "no-such-program")], 20_000)).toBe(false);
});

it("ends a program that takes too long, and what that one had started", async () => {
  const file = path.join(folder, "grandchild");
  expect(await runStep(["/bin/sh", "-c", `sleep 600 & echo $! > ${file}; wait`], 500)).toBe(false);
  const pid = await pidIn(file);
  expect(pid).toBeGreaterThan(0);
  await until("the grandchild is gone", () => !isAlive(pid));
});

it("starts no further step after Ctrl-C", async () => {
  const module = JSON.stringify(pathToFileURL(path.resolve("scripts/run-step.ts")).href);
  const file = path.join(folder, "step");
  const script = path.join(folder, "two-steps.mts");
  await writeFile(
    script,
    `import { runStep } from ${module};
     try {
       await runStep(["/bin/sh", "-c", "echo $$ > ${file}; exec sleep 600"], 60_000);
       console.log("went on");
     } catch (error) {
       console.log(error.constructor.name);
     }`,
  );
  const run = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  run.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  await until("the step runs", async () => (await pidIn(file)) > 0);
  run.kill("SIGINT");
  await once(run, "close");
  expect(said).toBe("Interrupted\n");
  expect(isAlive(await pidIn(file))).toBe(false);
});
