import type { FirstLook } from "../../../core/import/first-look.ts";
import { Problem, type ProblemFields } from "../../../core/problem.ts";
import { outgrownMemory } from "../worker/outgrown-memory.ts";
import { startImportProcess } from "../worker/start-import-process.ts";
import type { LookTask } from "../worker/worker-messages.ts";

const TIMEOUT_MS = 300_000;

/** A first look, taken in a process of its own as everything of a stranger's file; it ends with the signal. */
export async function lookAtFiles(task: LookTask, where: string, signal: AbortSignal): Promise<FirstLook> {
  signal.throwIfAborted();
  const found: { look?: FirstLook; problem?: ProblemFields } = {};
  const worker = startImportProcess(task, (report) => {
    if (report.kind === "looked") found.look = report.look;
    else if (report.kind === "failed") found.problem = report.problem;
  });
  const stop = () => void worker.kill();
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(stop, TIMEOUT_MS);
  await worker.ended;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  if (found.look) return found.look;
  signal.throwIfAborted();
  throw new Problem(
    found.problem ??
      (worker.outgrewMemory
        ? { ...outgrownMemory, where }
        : {
            tag: "look-failed",
            what: "The first look took too long, or its reader stopped.",
            where,
            hint: "The volume can be imported without it; look at its quality card then.",
          }),
  );
}
