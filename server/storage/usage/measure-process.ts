import { measureBytes } from "./measure-bytes.ts";
import type { UsageReport, UsageTask } from "./measured-bytes.ts";

/** Entry of the measuring process: a look at every file, away from the server's event loop. */
const report = (message: UsageReport): void => void process.send?.(message, () => process.disconnect());

process.on("disconnect", () => process.exit(0));
process.on("message", (task: UsageTask) => {
  measureBytes(task).then(
    (measured) => report({ kind: "measured", measured }),
    (error) => report({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
});
