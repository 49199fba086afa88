import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findTrainerToken } from "../auth/trainer-token.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { startLocalTrainer } from "./local-trainer.ts";

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-trainer-"));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Stands in for a trainer's process: writes down its token, then does what `script` says. */
const standIn = (file: string, script: string): string[] => [
  process.execPath,
  "-e",
  `require("node:fs").appendFileSync(${JSON.stringify(file)}, process.env.KARYOLOOP_TRAINER_TOKEN + "\\n"); ${script}`,
];
const tokensIn = (file: string) =>
  readFile(file, "utf8").then(
    (text) => text.trim().split("\n"),
    () => [],
  );

it("starts a trainer that crashes again, each time a little later, with a token that the server takes", async () => {
  const file = path.join(folder, "crashing");
  const said: string[] = [];
  const trainer = await startLocalTrainer(server.services.db, {
    serverAddress: server.address,
    command: standIn(file, "process.exit(3)"),
    firstDelayMs: 20,
    say: (text) => said.push(text),
  });
  await until("three starts", async () => (await tokensIn(file)).length >= 3);
  await trainer.stop();
  expect(said.slice(0, 2)).toEqual([expect.stringContaining("(3)"), expect.stringContaining("0.04 s")]);
  const [token] = await tokensIn(file);
  expect(await findTrainerToken(server.services.db, `Bearer ${token}`)).not.toBeNull();
});

it("shows what a trainer says, but not TensorFlow's notes to its own makers", async () => {
  const said: string[] = [];
  const lines = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795356611.606007   32438 port.cc:153] oneDNN custom operations are on.",
    "E0000 00:00:1795356611.606007   32438 port.cc:153] something is wrong",
    "Trainer this computer: no NVIDIA GPU",
  ];
  const trainer = await startLocalTrainer(server.services.db, {
    serverAddress: server.address,
    command: [process.execPath, "-e", `console.log(${JSON.stringify(lines.join("\n"))}); setInterval(() => {}, 1000)`],
    say: (text) => said.push(text),
  });
  await until("its last line", () => said.some((line) => line.includes("no NVIDIA GPU")));
  await trainer.stop();
  expect(said.slice(0, 2)).toEqual([lines[2], lines[3]]);
});

it("restarts after the running job, and a new start of the server ends the old token", async () => {
  const file = path.join(folder, "steady");
  const options = {
    serverAddress: server.address,
    command: standIn(
      file,
      "process.on('SIGUSR2', () => setTimeout(() => process.exit(0), 100)); setInterval(() => {}, 1000)",
    ),
    firstDelayMs: 20,
    say: () => {},
  };
  const trainer = await startLocalTrainer(server.services.db, options);
  await until("the start", async () => (await tokensIn(file)).length === 1);
  // The stand-in may not listen for the signal yet: an early end of it is a restart as well.
  trainer.restart();
  await until("the second start", async () => (await tokensIn(file)).length === 2);
  await trainer.stop();
  const [token] = await tokensIn(file);
  const later = await startLocalTrainer(server.services.db, options);
  await later.stop();
  expect(await findTrainerToken(server.services.db, `Bearer ${token}`)).toBeNull();
});
