import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { typescriptArguments } from "../../server/supervisor/typescript-arguments.mjs";
import type { CorpusCase } from "./corpus-case.ts";
import type { Judgement } from "./judge-case.ts";

const PROCESS = fileURLToPath(new URL("./judge-process.ts", import.meta.url));
const BOUND_MS = 30_000;

export interface CorpusRow {
  readonly name: string;
  readonly verdict: Judgement["verdict"] | "crashed";
  readonly why: string;
}

function start(): Promise<ChildProcess> {
  const child = fork(PROCESS, {
    execArgv: [...typescriptArguments, "--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.stderr?.resume();
  return new Promise((resolve) => child.once("message", () => resolve(child)));
}

function judge(child: ChildProcess, one: CorpusCase): Promise<Omit<CorpusRow, "name">> {
  return new Promise((resolve) => {
    const settle = (row: Omit<CorpusRow, "name">) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(row);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      settle({ verdict: "crashed", why: `not done in ${BOUND_MS / 1000} s` });
    }, BOUND_MS);
    child.once("message", (row) => settle(row as Omit<CorpusRow, "name">));
    child.once("exit", (code, signal) => settle({ verdict: "crashed", why: `ended with ${code ?? signal}` }));
    child.send(one);
  });
}

/** Every case read by the importer's own readers. */
export async function runCorpus(cases: readonly CorpusCase[]): Promise<CorpusRow[]> {
  const rows: CorpusRow[] = [];
  let child = await start();
  for (const one of cases) {
    if (!child.connected) child = await start();
    rows.push({ name: one.name, ...(await judge(child, one)) });
  }
  child.kill();
  return rows;
}
