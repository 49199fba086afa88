import { isProblem, type ProblemFields } from "../../core/problem.ts";
import { failureLog } from "../failure-log.ts";

/** What people read of a failed freeze. What nobody foresaw goes to the server's log with its stack. */
export function freezeProblem(error: unknown): ProblemFields {
  if (isProblem(error)) return error.toJSON();
  failureLog.failed("freezing a dataset version", error);
  if ((error as NodeJS.ErrnoException | null)?.code === "ENOSPC")
    return {
      tag: "disk-full",
      what: "The server's disk is full.",
      hint: "Free some space on it, then export again. Nothing was left behind.",
    };
  return {
    tag: "freeze-failed",
    what: "The dataset version could not be made.",
    hint: "Try again; the server's log says more.",
  };
}
