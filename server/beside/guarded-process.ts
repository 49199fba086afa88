import { spawn } from "node:child_process";
import { guardScript } from "../supervisor/guard-script.mjs";
import { takeLines } from "./take-lines.ts";

/** A process that never outlives this one, not even after `kill -9`. */
export interface GuardedProcess {
  readonly pid: number | undefined;
  /** Resolves once, with the exit code; null where a signal ended it or it could not be started. */
  readonly ended: Promise<number | null>;
  /** Asks it (SIGUSR2) to finish what it does and end; waits for nothing. */
  drain(): void;
  /** Asks it to end, and ends it after `GRACE_SECONDS`. */
  stop(): Promise<void>;
}

const GRACE_SECONDS = 8;

export function startGuarded(
  command: readonly string[],
  options: {
    readonly env: NodeJS.ProcessEnv;
    readonly cwd: string;
    /** 0 is normal, 19 the most yielding. */
    readonly niceness?: number;
    onLine(line: string): void;
  },
): GuardedProcess {
  const words = options.niceness ? ["nice", "-n", String(options.niceness), ...command] : [...command];
  const child = spawn("/bin/sh", ["-c", guardScript(GRACE_SECONDS), "karyoloop-guard", ...words], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // Ctrl-C in the terminal reaches the server only, which stops its helpers in order
  });
  child.stdin.on("error", () => {});
  takeLines(child, options.onLine);
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code)); // after its last line has been read
  });
  return {
    pid: child.pid,
    ended,
    drain: () => void child.kill("SIGUSR2"),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
