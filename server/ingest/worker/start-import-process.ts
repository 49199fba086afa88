import { plainProblem } from "../../../core/plain-problem.ts";
import { taskEnvironment } from "../../beside/child-environment.ts";
import { startTaskProcess } from "../../beside/task-process.ts";
import type { WorkerReport, WorkerTask } from "./worker-messages.ts";

const ENTRY = new URL("../process/import-process.ts", import.meta.url);

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
  // Looking into a file needs no store.
  const s3 = task.kind === "import" ? task.environment.s3 : null;
  const process = startTaskProcess<WorkerTask, WorkerReport>("import", ENTRY, taskEnvironment(s3), (report) =>
    onReport(report.kind === "failed" ? { kind: "failed", problem: plainProblem(report.problem) } : report),
  );
  process.send(task);
  return process;
}
