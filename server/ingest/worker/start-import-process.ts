import { startTaskProcess } from "../../beside/task-process.ts";
import type { WorkerReport, WorkerTask } from "./worker-messages.ts";

const ENTRY = new URL("./import-process.ts", import.meta.url);

export interface ImportProcess {
  readonly pid: number | undefined;
  /** Resolves after the last report, also when it crashed or was killed. */
  readonly ended: Promise<void>;
  /** Whether it was ended because it took more than its memory. */
  readonly outgrewMemory: boolean;
  /** At once, whatever it does. */
  kill(): Promise<void>;
}

/** Starts the process on its task. */
export function startImportProcess(task: WorkerTask, onReport: (report: WorkerReport) => void): ImportProcess {
  const process = startTaskProcess<WorkerTask, WorkerReport>(ENTRY, onReport);
  process.send(task);
  return process;
}
