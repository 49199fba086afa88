import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { typescriptArguments } from "../../server/supervisor/typescript-arguments.mjs";
import { copyClusterTemplate } from "../../server/testing/cluster-template.ts";

/**
 * A name that the browser of the tests takes for this machine. Over plain http browsers trust localhost only: by this
 * name a page is what a colleague's computer sees, also on a machine that has no address but the loopback one.
 */
export const COLLEAGUE_HOST = "karyoloop.test";
const START_BOUND_MS = 300_000;

/** What `npm start` keeps running, on a free port and a temporary data root. */
export interface RunningProduct {
  readonly address: string;
  readonly dataRoot: string;
  /** The printed one-time link; null where there is an administrator already. */
  readonly firstAccountLink: string | null;
  output(): string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM, and the data root removed. */
  stop(): Promise<void>;
}

export interface ProductOptions {
  /** Kept where given: to start again on the data of a server that was killed. */
  readonly dataRoot?: string;
  readonly port?: number;
  readonly host?: string;
  readonly trainer?: "local" | "none";
  /** With the process that starts it again, as a person runs it: `kill` would end that one first. */
  readonly supervised?: boolean;
  /** With a database made by this start, as on a new machine; else a copy of one, where the tests have made it. */
  readonly fromNothing?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export async function startProduct(options: ProductOptions = {}): Promise<RunningProduct> {
  const dataRoot = options.dataRoot ?? (await mkdtemp(path.join(os.tmpdir(), "kl-e2e-")));
  if (!options.dataRoot && !options.fromNothing) await copyClusterTemplate(dataRoot);
  const entry = options.supervised ? ["server/start.mjs"] : [...typescriptArguments, "server/start.ts"];
  const child = spawn(process.execPath, entry, {
    env: {
      ...process.env,
      NODE_ENV: "production",
      LOG_FORMAT: "plain",
      KARYOLOOP_DATA: dataRoot,
      HOST: options.host ?? "127.0.0.1",
      PORT: String(options.port ?? 0),
      KARYOLOOP_HOSTS: COLLEAGUE_HOST,
      KARYOLOOP_TRAINER: options.trainer ?? "none",
      ...options.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-200_000);
    });
  const deadline = Date.now() + START_BOUND_MS;
  let address: string | undefined;
  while (!address) {
    if (isOver(child)) throw new Error(`the server ended at its start:\n${output}`);
    if (Date.now() > deadline) throw new Error(`the server did not answer within ${START_BOUND_MS} ms:\n${output}`);
    await sleep(50);
    address = /answers at (\S+)/.exec(output)?.[1];
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isOver(child)) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  };
  return {
    address,
    dataRoot,
    firstAccountLink: /(http\S+\/welcome#\S+)/.exec(output)?.[1] ?? null,
    output: () => output,
    kill: () => end("SIGKILL"),
    async stop() {
      await end("SIGTERM");
      await rm(dataRoot, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
