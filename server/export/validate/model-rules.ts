import { loadCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { isProblem } from "../../../core/problem.ts";
import { type FileSource, readJsonFile, type Say } from "../file-source.ts";
import type { DatasetJson } from "../frozen/dataset-description.ts";

/** Runs a network on a small made-up image; says what is wrong with what comes out, or null. */
export type RunModel = (model: TrainedModel) => Promise<string | null>;

const FILES = ["README.md", "configuration.json", "model.json", "training.json", "weights.bin"];

/** The model as a program would load it, and whether it is the one that `dataset.json` names. */
export async function checkModel(files: FileSource, dataset: DatasetJson, run: RunModel, say: Say): Promise<void> {
  for (const name of FILES)
    if (!files.paths.includes(`model/${name}`)) say("model-missing", `model/${name}`, "there is no such file");
  const training = (await readJsonFile(files, "model/training.json")) as { checkpointId?: unknown } | null;
  if (!dataset.checkpoint || training?.checkpointId !== dataset.checkpoint.id)
    say("model-checkpoint", "model/training.json", "is of another checkpoint than dataset.json says");
  const configuration = await readJsonFile(files, "model/configuration.json");
  if (typeof configuration !== "object" || configuration === null)
    say("model-configuration", "model/configuration.json", "is no JSON object");
  const [model, weights] = [await files.read("model/model.json"), await files.read("model/weights.bin")];
  if (!model || !weights) return;
  try {
    const objection = await run(loadCheckpoint({ "model.json": model, "weights.bin": weights }).model);
    if (objection) say("model-output", "model", objection);
  } catch (error) {
    if (!isProblem(error)) throw error;
    say("model-unreadable", `model/${error.where ?? ""}`, error.what);
  }
}
