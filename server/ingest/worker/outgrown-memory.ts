import type { ProblemFields } from "../../../core/problem.ts";
import { MAX_TASK_BYTES } from "../../beside/task-process.ts";

/** Of a process that was ended because it took more than its memory. */
export const outgrownMemory: ProblemFields = {
  tag: "memory-outgrown",
  what: `Reading the file needs more than ${(MAX_TASK_BYTES / 1e9).toFixed(1)} GB of memory, which no ordinary volume does.`,
  hint: "Save it with smaller chunks, strips or tiles of some megabytes; if it has them, the file is damaged.",
};
