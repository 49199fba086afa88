import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { typescriptArguments } from "../../supervisor/typescript-arguments.mjs";
import type { MutatedRead } from "./read-mutated-process.ts";

const SCRIPT = fileURLToPath(new URL("./read-mutated-process.ts", import.meta.url));
const LONGEST_FILE_MS = 10_000;

export interface MutatedReads {
  readonly reads: readonly MutatedRead[];
  /** The most memory that the reading process had; 0 where /proc cannot be read. */
  readonly peakBytes: number;
}

/** Reads damaged files of one format in a process of their own, with the bounds of the import process. */
export async function readMutated(format: string, seed: number, count: number): Promise<MutatedReads> {
  const reads: MutatedRead[] = [];
  let peakBytes = 0;
  for (let next = seed; next < seed + count; ) {
    const child = spawn(
      process.execPath,
      [...typescriptArguments, "--max-old-space-size=512", SCRIPT, format, String(next), String(seed + count - next)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let begun = -1;
    let late = false;
    let clock: NodeJS.Timeout | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as MutatedRead | { seed: number; outcome: "begun" };
      peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0));
      clearTimeout(clock);
      if (said.outcome !== "begun") {
        reads.push(said);
        continue;
      }
      begun = said.seed;
      clock = setTimeout(() => {
        late = true;
        child.kill("SIGKILL");
      }, LONGEST_FILE_MS);
    }
    clearTimeout(clock);
    next = (reads.at(-1)?.seed ?? next - 1) + 1;
    if (next < seed + count) {
      // It ended amid a file.
      const what = late ? `took more than ${LONGEST_FILE_MS} ms` : "the process ended";
      reads.push({
        format,
        seed: Math.max(begun, next),
        outcome: "crashed",
        what,
        ms: late ? LONGEST_FILE_MS : 0,
        silentlyWrong: false,
      });
      next = Math.max(begun, next) + 1;
    }
  }
  return { reads, peakBytes };
}

const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};
