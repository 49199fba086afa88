import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { typescriptArguments } from "../../server/supervisor/typescript-arguments.mjs";
import type { AbuseWorld } from "./abuse-world.ts";

const SCRIPT = fileURLToPath(new URL("./server-process.ts", import.meta.url));
const SAMPLE_MS = 200;
const MIB = 2 ** 20;

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly rssBytes: number;
}

async function readProcess(pid: number): Promise<ProcessRow | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => new RegExp(`^${name}:\\s+(.+)$`, "m").exec(status)?.[1] ?? "";
    return {
      pid,
      parent: Number(field("PPid")),
      command: field("Name"),
      rssBytes: Number.parseInt(field("VmRSS") || "0", 10) * 1024,
    };
  } catch {
    return null; // it has ended meanwhile
  }
}

/**
 * Resident memory of a process and all below it but PostgreSQL, whose processes share most of theirs.
 * @returns bytes
 */
async function residentBytesBelow(root: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = (await Promise.all(pids.map(readProcess))).filter((row) => row !== null);
  const wanted = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent, command } of rows)
      if (wanted.has(parent) && !wanted.has(pid) && command !== "postgres") {
        wanted.add(pid);
        grew = true;
      }
  }
  return rows.reduce((sum, { pid, rssBytes }) => sum + (wanted.has(pid) ? rssBytes : 0), 0);
}

/** The attacked server, started again when it ends: what it holds in memory, and how often it ended by itself. */
export interface WatchedServer {
  readonly world: AbuseWorld;
  /** Changes when the server was started again. */
  address(): string;
  readonly startRssMb: number;
  peakRssMb(): number;
  exits(): number;
  stop(): Promise<void>;
}

export async function startWatchedServer(dataRoot: string): Promise<WatchedServer> {
  let child: ChildProcess;
  let stopping = false;
  let exits = 0;
  let address = "";
  const launch = async (wantsWorld: boolean): Promise<unknown> => {
    const started = spawn(
      process.execPath,
      [...typescriptArguments, SCRIPT, dataRoot, ...(wantsWorld ? ["world"] : [])],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    child = started;
    const told = await new Promise<{ address: string }>((resolve, reject) => {
      createInterface({ input: started.stdout }).on(
        "line",
        (line) => line.startsWith('{"address"') && resolve(JSON.parse(line)),
      );
      started.once("exit", (code) => reject(new Error(`the server ended at its start with ${code}`)));
    });
    address = told.address;
    started.once("exit", () => {
      if (stopping) return;
      exits++;
      void launch(false);
    });
    return told;
  };
  const world = (await launch(true)) as AbuseWorld;
  const sample = () => residentBytesBelow(child.pid ?? 0);
  const startBytes = await sample();
  let peakBytes = startBytes;
  let sampling = true;
  const sampled = (async () => {
    while (sampling) {
      peakBytes = Math.max(peakBytes, await sample());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    world,
    address: () => address,
    startRssMb: startBytes / MIB,
    peakRssMb: () => peakBytes / MIB,
    exits: () => exits,
    async stop() {
      stopping = true;
      sampling = false;
      await sampled;
      if (child.exitCode !== null || child.signalCode !== null) return;
      await new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill("SIGKILL");
      });
    },
  };
}
