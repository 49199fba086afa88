import { plainProblem } from "../../core/plain-problem.ts";
import { Problem, type ProblemFields } from "../../core/problem.ts";
import { startTaskProcess } from "./task-process.ts";

/** Progress any number of times, then one of the others. */
export type TaskReport<Answer> =
  | { readonly kind: "progress"; readonly done: number }
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly problem: ProblemFields };

/** The process ended before it had answered: it was killed, or it crashed. */
export class ProcessEnded extends Error {
  readonly outgrewMemory: boolean;

  constructor(name: string, outgrewMemory: boolean) {
    super(`the process “${name}” ended before it was done`);
    this.outgrewMemory = outgrewMemory;
  }
}

/** A process beside the server that answers one task after the other. */
export interface AskedProcess<Task, Answer> {
  readonly pid: number | undefined;
  /** Rejects with the Problem that the process gives, or with `ProcessEnded`. */
  ask(task: Task, onProgress?: (done: number) => void): Promise<Answer>;
  /** At once; resolves when it writes nothing any more. */
  end(): Promise<void>;
}

/** `name` says in the log whose lines they are; `env` is all that it inherits. */
export function startAskedProcess<Task, Answer>(
  name: string,
  entry: URL,
  env: NodeJS.ProcessEnv,
): AskedProcess<Task, Answer> {
  let onReport: (report: TaskReport<Answer>) => void = () => {};
  const child = startTaskProcess<Task, TaskReport<Answer>>(name, entry, env, (report) => onReport(report));
  return {
    pid: child.pid,
    async ask(task, onProgress) {
      const answered = new Promise<Exclude<TaskReport<Answer>, { kind: "progress" }>>((resolve) => {
        onReport = (report) => {
          if (report.kind === "progress") onProgress?.(report.done);
          else resolve(report);
        };
      });
      child.send(task);
      const report = await Promise.race([answered, child.ended]);
      if (!report) throw new ProcessEnded(name, child.outgrewMemory);
      if (report.kind === "failed") throw new Problem(plainProblem(report.problem));
      return report.answer;
    },
    end: () => child.kill(),
  };
}
