import { captureConsole } from "../../../log/capture-console.ts";
import { logOf } from "../../../log/log.ts";
import { createBlobStore } from "../../../storage/create-blob-store.ts";
import { writePackingList } from "../../zip/packing-lists.ts";
import { assertReadable } from "../assert-readable.ts";
import { freezeProblem } from "../freeze-problem.ts";
import { measureVolume } from "../measure-volume.ts";
import type { FreezeReport, FreezeTask } from "./freeze-messages.ts";

/** Entry of the freezing process: masks, measurements and the last look, away from the server's event loop. */
const report = (message: FreezeReport): void => void process.send?.(message);

captureConsole(logOf("export"));
process.on("disconnect", () => process.exit(0));
process.on("message", (task: FreezeTask) => {
  run(task).then(report, (error) => report({ kind: "failed", problem: freezeProblem(error) }));
});

async function run(task: FreezeTask): Promise<FreezeReport> {
  const blobs = await createBlobStore(task.environment);
  const onProgress = progressReporter();
  switch (task.kind) {
    case "measure":
      return { kind: "measured", measured: await measureVolume(blobs, task, onProgress) };
    case "check":
      await assertReadable(blobs, task.description);
      return { kind: "checked" };
    case "pack": {
      const { parts, description } = task;
      for (const [index, part] of parts.entries())
        await writePackingList(blobs, description, part, (done) => onProgress((index + done) / parts.length));
      return { kind: "packed" };
    }
  }
}

/** At most one report per percent. */
function progressReporter(): (done: number) => void {
  let last = -1;
  return (done) => {
    const percent = Math.floor(done * 100);
    if (percent === last) return;
    last = percent;
    report({ kind: "progress", done: percent / 100 });
  };
}
