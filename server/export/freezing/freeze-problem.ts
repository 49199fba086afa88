import { isProblem, type ProblemFields } from "../../../core/problem.ts";
import { failureLog } from "../../log/failure-log.ts";
import { diskProblemOf } from "../../storage/disk-room.ts";

/** What people read of a failed freeze. What nobody foresaw goes to the server's log with its stack. */
export function freezeProblem(error: unknown): ProblemFields {
  if (isProblem(error)) return error.toJSON();
  failureLog.failed("freezing a dataset version", error);
  const full = diskProblemOf(error);
  if (full) return full.toJSON();
  return {
    tag: "freeze-failed",
    what: "The dataset version could not be made.",
    hint: "Try again; the server's log says more.",
  };
}
