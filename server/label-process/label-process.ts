import { isProblem, Problem } from "../../core/problem.ts";
import type { TaskReport } from "../beside/asked-process.ts";
import { importedBrick, planOverBackground } from "../collab/frozen/plan-over-background.ts";
import { openStoredImage } from "../export/frozen/stored-image.ts";
import type { LabelAnswer, LabelTask } from "../label-worker/label-tasks.ts";
import { captureConsole } from "../log/capture-console.ts";
import { logOf } from "../log/log.ts";
import { writeComposedProposals } from "../proposals/write-composed-proposals.ts";
import { writeFrozenVolume } from "../snapshots/write-frozen-volume.ts";
import { createBlobStore } from "../storage/create-blob-store.ts";
import { diskProblemOf } from "../storage/disk-room.ts";

/** Entry of the label process: images of whole volumes, away from the event loop that relays strokes. */
const log = logOf("labels");
const report = (message: TaskReport<LabelAnswer>): void => void process.send?.(message);

captureConsole(log);
process.on("disconnect", () => process.exit(0));
process.on("message", (task: LabelTask) => {
  run(task).then(
    (answer) => report({ kind: "answered", answer }),
    (error) => report({ kind: "failed", problem: (diskProblemOf(error) ?? asProblem(error)).toJSON() }),
  );
});

async function run(task: LabelTask): Promise<LabelAnswer> {
  const blobs = await createBlobStore(task.environment);
  switch (task.kind) {
    case "freeze":
      return writeFrozenVolume(blobs, task);
    case "compose":
      return writeComposedProposals(blobs, task, (prefix) => openStoredImage(blobs, prefix));
    case "plan":
      return {
        kind: "plan",
        acts: await planOverBackground(blobs, task.frozen, task.brickKeys, importedBrick(blobs, task)),
      };
  }
}

function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  log.failed("writing labels", error);
  return new Problem({
    tag: "labels-not-written",
    what: "The labels could not be written.",
    hint: "Try again; the server's log says more.",
  });
}
