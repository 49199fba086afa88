import { type CheckpointFiles, loadCheckpoint } from "../checkpoint/checkpoint-files.ts";
import type { TrainedModel } from "../checkpoint/trained-model.ts";
import { type ForestModel, isForest, loadForest } from "./forest-model.ts";

/** What a checkpoint of a project may hold: a network, or a pixel classifier. */
export type AnyModel = TrainedModel | ForestModel;

export const isForestModel = (model: AnyModel): model is ForestModel => "forest" in model;

/** Reads the files of a finished model of either kind; throws a Problem that names the file and what is wrong. */
export const loadAnyModel = (files: CheckpointFiles): AnyModel =>
  isForest(files) ? loadForest(files) : loadCheckpoint(files).model;
