import { plainProblem } from "../../../../core/plain-problem.ts";
import { Problem } from "../../../../core/problem.ts";
import { taskEnvironment } from "../../../beside/child-environment.ts";
import { startTaskProcess } from "../../../beside/task-process.ts";
import type {
  BlobEnvironment,
  CheckTask,
  FreezeReport,
  FreezeTask,
  MeasuredVolume,
  MeasureTask,
  PackTask,
} from "./freeze-messages.ts";

const ENTRY = new URL("./freeze-process.ts", import.meta.url);

/** The process that does the heavy part of one dataset version, task after task. */
export interface FreezeProcess {
  readonly pid: number | undefined;
  measure(task: Omit<MeasureTask, "kind" | "environment">, onProgress: (done: number) => void): Promise<MeasuredVolume>;
  check(task: Omit<CheckTask, "kind" | "environment">): Promise<void>;
  pack(task: Omit<PackTask, "kind" | "environment">, onProgress: (done: number) => void): Promise<void>;
  /** At once; resolves when it writes nothing any more. */
  end(): Promise<void>;
}

type Answer = Exclude<FreezeReport, { kind: "progress" }>;

/** Ends at once when `signal` aborts: what it was doing is then rejected with the signal's reason. */
export function startFreezeProcess(environment: BlobEnvironment, signal: AbortSignal): FreezeProcess {
  let onProgress: (done: number) => void = () => {};
  let onAnswer: (answer: Answer) => void = () => {};
  const env = taskEnvironment(environment.s3);
  const child = startTaskProcess<FreezeTask, FreezeReport>("export", ENTRY, env, (report) =>
    report.kind === "progress" ? onProgress(report.done) : onAnswer(report),
  );
  const kill = () => void child.kill();
  if (signal.aborted) kill();
  else signal.addEventListener("abort", kill, { once: true });

  async function ask(task: FreezeTask): Promise<Answer> {
    signal.throwIfAborted();
    const answered = new Promise<Answer>((resolve) => {
      onAnswer = resolve;
    });
    child.send(task);
    const answer = await Promise.race([answered, child.ended]);
    signal.throwIfAborted();
    if (!answer) throw new Error("the process that freezes dataset versions ended before it was done");
    if (answer.kind === "failed") throw new Problem(plainProblem(answer.problem));
    return answer;
  }

  const { dataRoot, s3 } = environment;
  return {
    pid: child.pid,
    async measure(task, listener) {
      onProgress = listener;
      const answer = await ask({ ...task, kind: "measure", environment: { dataRoot, s3 } });
      if (answer.kind !== "measured") throw new Error(`asked to measure, got ${answer.kind}`);
      return answer.measured;
    },
    async check(task) {
      await ask({ ...task, kind: "check", environment: { dataRoot, s3 } });
    },
    async pack(task, listener) {
      onProgress = listener;
      await ask({ ...task, kind: "pack", environment: { dataRoot, s3 } });
    },
    async end() {
      signal.removeEventListener("abort", kill);
      await child.kill();
    },
  };
}
