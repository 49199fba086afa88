import { readFile } from "node:fs/promises";
import { type CheckpointFiles, loadCheckpoint, modelFileNames } from "../../core/checkpoint/checkpoint-files.ts";
import type { TrainedModel } from "../../core/checkpoint/trained-model.ts";

/** Where the weights that come with the product lie (MODEL_CARD.md says what they are). */
export const PRODUCT_MODEL_FOLDER = new URL("./", import.meta.url);

export async function readProductModelFiles(): Promise<CheckpointFiles> {
  const files: Record<string, Uint8Array> = {};
  for (const name of modelFileNames) files[name] = await readFile(new URL(name, PRODUCT_MODEL_FOLDER));
  return files;
}

/** The model that proposes nuclei before anybody has labelled one. */
export const readProductModel = async (): Promise<TrainedModel> => loadCheckpoint(await readProductModelFiles()).model;
