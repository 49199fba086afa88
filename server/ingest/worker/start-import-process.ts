import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { setPriority } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { WorkerReport, WorkerTask } from "./worker-messages.ts";

const ENTRY = fileURLToPath(new URL("./import-process.ts", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
/** V8's own memory; typed arrays come on top and are bounded by the readers. */
const HEAP_MB = 512;
/** Painting goes first. */
const NICE = 5;

export interface ImportProcess {
  readonly pid: number | undefined;
  /** Resolves after the last report, also when it crashed or was killed. */
  readonly ended: Promise<void>;
  /** At once, whatever it does. */
  kill(): Promise<void>;
}

/** Starts the process on its task. */
export function startImportProcess(task: WorkerTask, onReport: (report: WorkerReport) => void): ImportProcess {
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
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      console.error("the import process could not be started", error);
      resolve();
    });
    child.once("close", () => resolve());
  });
  child.on("message", (message) => onReport(message as WorkerReport));
  child.send(task);
  return {
    pid: child.pid,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
