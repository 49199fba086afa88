import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { startGuarded } from "./guarded-process.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
}

const PRINT_PID = "console.log(process.pid); setInterval(() => {}, 1000);";
const start = (script: string, lines: string[]) =>
  startGuarded([process.execPath, "-e", script], {
    env: process.env,
    cwd: os.tmpdir(),
    niceness: 10,
    onLine: (line) => lines.push(line),
  });

it("hands lines and the exit code on, at low priority", async () => {
  const lines: string[] = [];
  const one = start("console.log(require('os').getPriority()); console.error('to stderr'); process.exit(7)", lines);
  expect(await one.ended).toBe(7);
  await until("both lines", () => lines.length === 2);
  expect(lines.sort()).toEqual([String(Math.min(19, os.getPriority() + 10)), "to stderr"]);
});

it("stops on request, and lets a drained process finish first", async () => {
  const lines: string[] = [];
  const polite = start(
    "process.on('SIGUSR2', () => setTimeout(() => { console.log('finished'); process.exit(0) }, 300)); console.log(process.pid); setInterval(() => {}, 1000)",
    lines,
  );
  await until("the pid", () => lines.length === 1);
  polite.drain();
  expect(await polite.ended).toBe(0);
  await until("its last line", () => lines.includes("finished"));

  const plain: string[] = [];
  const other = start(PRINT_PID, plain);
  await until("the pid", () => plain.length === 1);
  await other.stop();
  expect(isAlive(Number(plain[0]))).toBe(false);
});

it("leaves no orphan when its parent is killed with -9", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-guard-"));
  try {
    const parentFile = path.join(folder, "parent.ts");
    const pidFile = path.join(folder, "pid");
    const module = pathToFileURL(path.resolve("server/beside/guarded-process.ts")).href;
    await writeFile(
      parentFile,
      `import { writeFileSync } from "node:fs"; import { startGuarded } from ${JSON.stringify(module)};
       startGuarded([process.execPath, "-e", ${JSON.stringify(PRINT_PID)}], { env: process.env, cwd: "/", onLine: (line) => writeFileSync(${JSON.stringify(pidFile)}, line) });
       setInterval(() => {}, 1000);`,
    );
    const parent = spawn(process.execPath, ["--import", "tsx", parentFile], { stdio: "ignore" });
    const readPid = () => readFile(pidFile, "utf8").then(Number, () => 0);
    await until("the grandchild", async () => (await readPid()) > 0);
    const pid = await readPid();
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await until("the grandchild is gone", () => !isAlive(pid));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
