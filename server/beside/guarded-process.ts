import { type ChildProcess, spawn } from "node:child_process";

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

/**
 * A shell between us and the process holds a pipe from us as its input. When the pipe ends (we stopped it, or died) it
 * sends SIGTERM, then SIGKILL; it hands SIGTERM and SIGUSR2 on; and it ends when the process ends, with its exit code.
 */
const GUARD = `exec 3<&0
"$@" </dev/null 3<&- & p=$!
{ read -r _ <&3; kill -TERM "$p"; n=0
while [ "$n" -lt ${GRACE_SECONDS * 10} ] && kill -0 "$p"; do sleep 0.1; n=$((n+1)); done
kill -KILL "$p"; } >/dev/null 2>&1 & w=$!
exec 3<&-
trap 'kill -TERM "$p" 2>/dev/null' TERM
trap 'kill -USR2 "$p" 2>/dev/null' USR2
trap '' INT HUP
wait "$p"; r=$?
while kill -0 "$p" 2>/dev/null; do wait "$p"; r=$?; done
kill "$w" 2>/dev/null
exit "$r"`;

function takeLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = (lines.pop() ?? "").slice(-10_000);
      for (const line of lines) onLine(line);
    });
  }
}

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
  const child = spawn("/bin/sh", ["-c", GUARD, "karyoloop-guard", ...words], {
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
