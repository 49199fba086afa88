import { fork } from "node:child_process";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { logOf } from "../log/log.ts";
import { relayLines } from "../log/relay-lines.ts";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";
import { takeLines } from "./take-lines.ts";
import { watchMemory } from "./watch-memory.ts";

/**
 * Heavy work in a process of its own: the server goes on answering beside it, it can be ended at any point, and its
 * memory is given back whole. The entry ends itself when its channel to us closes.
 */
export interface TaskProcess<Task> {
  readonly pid: number | undefined;
  send(task: Task): void;
  /** Resolves after the last report, also when it crashed or was killed. */
  readonly ended: Promise<void>;
  /** Whether it was ended because it took more than its memory. */
  readonly outgrewMemory: boolean;
  /** At once, whatever it does. */
  kill(): Promise<void>;
}

/** V8's own memory; typed arrays come on top and are bounded by what the tasks read at once. */
const HEAP_MB = 512;
/** All of its memory, whatever the bounds above overlook: the machine is also the database's. */
export const MAX_TASK_BYTES = 1536 * 1024 * 1024;
/** Painting goes first. */
const NICE = 5;

/** `name` says in the log whose lines they are; `env` is all that it inherits. */
export function startTaskProcess<Task, Report>(
  name: string,
  entry: URL,
  env: NodeJS.ProcessEnv,
  onReport: (report: Report) => void,
  maxBytes = MAX_TASK_BYTES,
): TaskProcess<Task> {
  const log = logOf(name);
  const child = fork(fileURLToPath(entry), [], {
    execArgv: [...typescriptArguments, `--max-old-space-size=${HEAP_MB}`],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...env, LOG_FORMAT: "json" },
  });
  if (child.pid) {
    try {
      setPriority(child.pid, NICE);
    } catch {
      // Without the right to do so it runs at normal priority.
    }
  }
  takeLines(child, relayLines(log));
  let outgrewMemory = false;
  const stopWatching = child.pid
    ? watchMemory(child.pid, maxBytes, () => {
        outgrewMemory = true;
        child.kill("SIGKILL");
      })
    : () => {};
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      log.failed("a process could not be started", error);
      resolve();
    });
    child.once("close", () => resolve());
  }).finally(stopWatching);
  child.on("message", (message) => onReport(message as Report));
  return {
    pid: child.pid,
    // A process that is gone is heard of by `ended`.
    send: (task) => void child.send(task as object, () => {}),
    ended,
    get outgrewMemory() {
      return outgrewMemory;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
