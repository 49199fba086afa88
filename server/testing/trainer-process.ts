import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { issueTrainerToken } from "../auth/trainer-token.ts";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";
import type { TestServer } from "./test-server.ts";

const ENTRY = fileURLToPath(new URL("../trainer/main.ts", import.meta.url));

export interface TrainerProcess {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  readonly ended: Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A real trainer on the wasm engine, small and quick, with a token of its own. */
export async function startTrainerProcess(
  server: TestServer,
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<TrainerProcess> {
  const token = await issueTrainerToken(server.services.db, name, null);
  const child = spawn(process.execPath, [...typescriptArguments, ENTRY], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      KARYOLOOP_SERVER: server.address,
      KARYOLOOP_TRAINER_TOKEN: token,
      KARYOLOOP_TRAINER_NAME: name,
      KARYOLOOP_ENGINE: "wasm",
      KARYOLOOP_BASE_CHANNELS: "4",
      KARYOLOOP_CHECKPOINT_SECONDS: "1",
      KARYOLOOP_LEASE_SECONDS: "30",
      KARYOLOOP_TRAINER_NICENESS: "0",
      ...environment,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    output: () => text,
    ended,
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Polls until `look` finds something; fails loudly with what `describe` says. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  describe: () => string = () => "",
  timeoutMs = 180_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}\n${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
