import { Problem } from "../../core/problem.ts";
import type { CheckpointFiles } from "./checkpoint.ts";
import type { HeldJob } from "./held-job.ts";

const MODEL_FILES = ["model.json", "weights.bin"] as const;
const PROGRESS_FILES = ["progress.json", "progress.bin"] as const;

/** `prefix` ends in `/`. */
export async function readCheckpointFiles(
  held: HeldJob,
  prefix: string,
  withProgress: boolean,
): Promise<CheckpointFiles> {
  const files: Record<string, Uint8Array> = {};
  for (const name of withProgress ? [...MODEL_FILES, ...PROGRESS_FILES] : MODEL_FILES) {
    const bytes = await held.readBlob(prefix + name);
    if (!bytes)
      throw new Problem({
        tag: "checkpoint-gone",
        what: "A file of the checkpoint is gone.",
        where: name,
        hint: "Make another checkpoint current, or train again.",
      });
    files[name] = bytes;
  }
  return files;
}
