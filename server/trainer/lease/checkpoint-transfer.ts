import { createHash } from "node:crypto";
import {
  type CheckpointFiles,
  loadCheckpoint,
  modelFileNames,
  progressFileNames,
} from "../../../core/checkpoint/checkpoint-files.ts";
import type { TrainedModel, TrainingProgress } from "../../../core/checkpoint/trained-model.ts";
import type { CheckpointToRead, FileHashes } from "../../../core/contract/trainer-job.ts";
import { type AnyModel, loadAnyModel } from "../../../core/forest/any-model.ts";
import { isProblem, Problem } from "../../../core/problem.ts";
import { logOf } from "../../log/log.ts";
import type { HeldJob } from "./held-job.ts";

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Handed in with the files: whoever reads them later knows whether they still are these. */
export const hashesOf = (files: CheckpointFiles): FileHashes => ({
  "model.json": sha256Of(files["model.json"]),
  "weights.bin": sha256Of(files["weights.bin"]),
});

/** The model that a job names, of either kind. Throws a Problem where they are not as they were handed in, or not finite. */
export async function readModel(held: HeldJob, { prefix, sha256 }: CheckpointToRead): Promise<AnyModel> {
  const files = await readFiles(held, prefix, modelFileNames);
  for (const name of modelFileNames)
    if (sha256 && sha256Of(files[name]) !== sha256[name])
      throw new Problem({
        tag: "checkpoint-changed",
        what: "A file of the checkpoint is not the one that its trainer made.",
        where: name,
        hint: "Train again: it then goes on from the newest model that can be read.",
      });
  return loadAnyModel(files);
}

/** Where a holder before left off; null where that cannot be read: the training then begins again. */
export async function readResumePoint(
  held: HeldJob,
  prefix: string,
): Promise<{ model: TrainedModel; progress: TrainingProgress | null } | null> {
  try {
    return loadCheckpoint(await readFiles(held, prefix, [...modelFileNames, ...progressFileNames]));
  } catch (error) {
    if (!isProblem(error)) throw error;
    logOf("trainer").warn(`The training begins again, as what was left of it cannot be read: ${error.message}`);
    return null;
  }
}

/** `prefix` ends in `/`. */
async function readFiles(held: HeldJob, prefix: string, names: readonly string[]): Promise<CheckpointFiles> {
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    const bytes = await held.readBlob(prefix + name);
    if (!bytes)
      throw new Problem({
        tag: "checkpoint-gone",
        what: "A file of the checkpoint is gone.",
        where: name,
        hint: "Train again: it then goes on from the newest model that can be read.",
      });
    files[name] = bytes;
  }
  return files;
}
