import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import type { NetworkConfig } from "./model/network-config.ts";
import { countNormalisedChannels, countParameters, listParameters } from "./model/parameters.ts";
import type { NetworkWeights } from "./model/predictor.ts";
import type { NetworkState } from "./model/trainable-network.ts";
import type { TrainedModel } from "./trained-model.ts";

/*
 * A checkpoint is a folder of files. `model.json` and `weights.bin` are the finished model, in the weight format of
 * TensorFlow.js (`tf.io.decodeWeights(bytes, model.weightsManifest[0].weights)`): little-endian float32, one after the
 * other. `progress.json` and `progress.bin` are there only while a training is on its way, and let it go on exactly.
 */
export type CheckpointFiles = Readonly<Record<string, Uint8Array>>;

/** What a stopped run needs beside the model to go on as if nothing had happened. */
export interface TrainingProgress {
  readonly state: NetworkState;
  readonly randomState: number;
  readonly elapsedSeconds: number;
  /** Median step so far is reported over both parts. */
  readonly stepMs: readonly number[];
  /** Weights that did best in the validation boxes so far; the model of the checkpoint then has these. */
  readonly best: { readonly ap50: number; readonly weights: NetworkWeights } | null;
}

export const CHECKPOINT_FORMAT = "karyoloop-unet-3d";

const zyx = z.tuple([z.number(), z.number(), z.number()]);
const modelSchema = z.object({
  format: z.literal(CHECKPOINT_FORMAT),
  version: z.literal(1),
  network: z.object({
    levels: z
      .array(z.object({ channels: z.int().min(1).max(1024), kernelZyx: zyx, poolZyx: zyx }))
      .min(1)
      .max(8),
    heads: z.array(z.enum(["foreground", "distance", "boundary"])).min(2),
  }),
  thresholds: z.object({
    foreground: z.number(),
    seed: z.number(),
    minSeparationUm: z.number(),
    minVolumeUm3: z.number(),
    maxVolumeUm3: z.number(),
    wall: z.number(),
  }),
  voxelSizeZyx: zyx,
  training: z.object({
    seed: z.number(),
    steps: z.number(),
    trainSeconds: z.number(),
    stepMsMedian: z.number(),
    parameters: z.number(),
    patchShapeZyx: zyx,
    stoppedBy: z.enum(["budget", "early-stop", "cancelled"]),
    validationAp50: z.number().nullable(),
  }),
  weightsManifest: z.tuple([
    z.object({
      paths: z.array(z.string()),
      weights: z.array(z.object({ name: z.string(), shape: z.array(z.number()), dtype: z.literal("float32") })),
    }),
  ]),
});

const progressSchema = z.object({
  step: z.int().min(0),
  randomState: z.number(),
  elapsedSeconds: z.number().min(0),
  stepMs: z.array(z.number()),
  bestAp50: z.number().nullable(),
});

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

/** The files of a model; with `progress` also those that let its training go on. */
export function saveCheckpoint(model: TrainedModel, progress?: TrainingProgress): CheckpointFiles {
  const { config, weights, ...rest } = model;
  const statistics = { name: "statistics/", shape: [countNormalisedChannels(config)], dtype: "float32" };
  const manifest = [
    ...listParameters(config).map(({ name, shape }) => ({ name, shape, dtype: "float32" })),
    { ...statistics, name: "statistics/mean" },
    { ...statistics, name: "statistics/variance" },
  ];
  const files: Record<string, Uint8Array> = {
    "model.json": encodeJson({
      format: CHECKPOINT_FORMAT,
      version: 1,
      network: config,
      ...rest,
      weightsManifest: [{ paths: ["weights.bin"], weights: manifest }],
    }),
    "weights.bin": joinFloats([weights.weights, weights.mean, weights.variance]),
  };
  if (progress) {
    const { state, best, ...numbers } = progress;
    files["progress.json"] = encodeJson({ step: state.step, ...numbers, bestAp50: best?.ap50 ?? null });
    files["progress.bin"] = joinFloats(progressVectors(config).map(({ name }) => state[name]));
  }
  return files;
}

/** Reads what `saveCheckpoint` wrote; throws a Problem that names the file and what is wrong. */
export function loadCheckpoint(files: CheckpointFiles): { model: TrainedModel; progress: TrainingProgress | null } {
  const { network, thresholds, voxelSizeZyx, training } = parseJson(files, "model.json", modelSchema);
  const config: NetworkConfig = network;
  const channels = countNormalisedChannels(config);
  const [weights, mean, variance] = splitFloats(files, "weights.bin", [countParameters(config), channels, channels]);
  const model: TrainedModel = { config, weights: { weights, mean, variance }, thresholds, voxelSizeZyx, training };
  if (!files["progress.json"]) return { model, progress: null };
  const { step, bestAp50, ...numbers } = parseJson(files, "progress.json", progressSchema);
  const best = bestAp50 === null ? null : { ap50: bestAp50, weights: model.weights };
  const vectors = progressVectors(config);
  const values = splitFloats(
    files,
    "progress.bin",
    vectors.map(({ length }) => length),
  );
  const state = { step, ...Object.fromEntries(vectors.map(({ name }, i) => [name, values[i]])) } as NetworkState;
  return { model, progress: { state, ...numbers, best } };
}

function progressVectors(config: NetworkConfig) {
  const parameters = countParameters(config);
  const channels = countNormalisedChannels(config);
  return [
    { name: "weights", length: parameters },
    { name: "averagedWeights", length: parameters },
    { name: "firstMoment", length: parameters },
    { name: "secondMoment", length: parameters },
    { name: "mean", length: channels },
    { name: "variance", length: channels },
  ] as const;
}

function parseJson<T>(files: CheckpointFiles, name: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(files[name])));
  } catch (error) {
    throw new Problem(
      {
        tag: "checkpoint-damaged",
        what: "The checkpoint cannot be read.",
        where: name,
        hint: "Choose another checkpoint, or train again.",
      },
      { cause: error },
    );
  }
}

function joinFloats(parts: readonly Float32Array[]): Uint8Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return new Uint8Array(joined.buffer);
}

function splitFloats(files: CheckpointFiles, name: string, lengths: readonly number[]): Float32Array[] {
  const bytes = files[name];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (bytes?.byteLength !== total * 4)
    throw new Problem({
      tag: "checkpoint-damaged",
      what: `The checkpoint's numbers do not fit its network: ${bytes?.byteLength ?? 0} bytes instead of ${total * 4}.`,
      where: name,
      hint: "Choose another checkpoint, or train again.",
    });
  const values = new Float32Array(bytes.slice().buffer);
  let offset = 0;
  return lengths.map((length) => {
    offset += length;
    return values.slice(offset - length, offset);
  });
}
