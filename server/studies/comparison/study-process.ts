import { isProblem, Problem } from "../../../core/problem.ts";
import type { TaskReport } from "../../beside/asked-process.ts";
import { captureConsole } from "../../log/capture-console.ts";
import { logOf } from "../../log/log.ts";
import { createBlobStore } from "../../storage/create-blob-store.ts";
import { diskProblemOf } from "../../storage/disk-room.ts";
import type { StudyAnswer, StudyTask } from "./study-tasks.ts";
import { compareStudy, writeConsensus } from "./work-on-layers.ts";

/** Entry of the process that compares the layers of a study, which may take minutes: strokes and snapshots go on beside it. */
const log = logOf("studies");
const report = (message: TaskReport<StudyAnswer>): void => void process.send?.(message);

captureConsole(log);
process.on("disconnect", () => process.exit(0));
process.on("message", (task: StudyTask) => {
  run(task).then(
    (answer) => report({ kind: "answered", answer }),
    (error) => report({ kind: "failed", problem: (diskProblemOf(error) ?? asProblem(error)).toJSON() }),
  );
});

async function run(task: StudyTask): Promise<StudyAnswer> {
  const blobs = await createBlobStore(task.environment);
  if (task.kind === "agree") return writeConsensus(blobs, task);
  return compareStudy(blobs, task, (done) => report({ kind: "progress", done }));
}

function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  log.failed("comparing layers", error);
  return new Problem({
    tag: "study-not-compared",
    what: "The layers could not be compared.",
    hint: "Try again; the server's log says more.",
  });
}
