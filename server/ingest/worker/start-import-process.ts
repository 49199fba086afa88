import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { setPriority } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { LabelValues, WorkerReport, WorkerTask } from "./worker-messages.ts";

const ENTRY = fileURLToPath(new URL("./import-process.ts", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
/** V8's own memory; typed arrays come on top and are bounded by the readers. */
const HEAP_MB = 512;
/** Painting goes first. */
const NICE = 10;

export interface ImportProcess {
  readonly child: ChildProcess;
  answer(message: LabelValues): void;
  /** At once, whatever it does; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts the process on its task. `onEnd` is told once, after the last report, also when it crashed or was killed. */
export function startImportProcess(
  task: WorkerTask,
  onReport: (report: WorkerReport) => void,
  onEnd: (end: { code: number | null; signal: string | null }) => void,
): ImportProcess {
  const child = fork(ENTRY, [], {
    execArgv: ["--import", TSX, `--max-old-space-size=${HEAP_MB}`],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  if (child.pid) {
    try {
      setPriority(child.pid, NICE);
    } catch {
      // Without the right to do so it runs at normal priority.
    }
  }
  const gone = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      onEnd({ code: null, signal: error.message });
      resolve();
    });
    child.once("close", (code, signal) => {
      onEnd({ code, signal });
      resolve();
    });
  });
  child.on("message", (message) => onReport(message as WorkerReport));
  child.send(task);
  return {
    child,
    answer: (message) => void (child.connected && child.send(message)),
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
