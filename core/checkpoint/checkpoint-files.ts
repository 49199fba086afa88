import { z } from "zod";
import { askable, nucleusClassifierSchema } from "../classes/nucleus-classifier.ts";
import { Problem } from "../problem.ts";
import { type FloatWidth, joinFloats, splitFloats } from "./float-file.ts";
import { type NetworkConfig, networkConfigSchema } from "./network-config.ts";
import { countNormalisedChannels, countParameters, listParameters } from "./network-layout.ts";
import {
  canonicalSizeSchema,
  type NetworkState,
  outlineUmSchema,
  type TrainedModel,
  type TrainingProgress,
  thresholdsSchema,
  trainingSummarySchema,
} from "./trained-model.ts";

/*
 * A checkpoint is a folder of files. `model.json` and `weights.bin` are the finished model, in the weight format of
 * TensorFlow.js (`tf.io.decodeWeights(bytes, model.weightsManifest[0].weights)`): little-endian float32, one after the
 * other; models that come with the product have float16 weights, statistics stay float32. `progress.json` and `progress.bin` are there only while a training is on its way, and let it go on exactly.
 * Server, trainer, export and command line all read it here: no number that is not finite passes.
 */
export type CheckpointFiles = Readonly<Record<string, Uint8Array>>;

export const modelFileNames = ["model.json", "weights.bin"] as const;
export const progressFileNames = ["progress.json", "progress.bin"] as const;

export const CHECKPOINT_FORMAT = "karyoloop-unet-3d";

const zyx = z.tuple([z.number(), z.number(), z.number()]);
const modelSchema = z.strictObject({
  format: z.literal(CHECKPOINT_FORMAT),
  version: z.literal(1),
  network: networkConfigSchema,
  thresholds: thresholdsSchema,
  voxelSizeZyx: zyx,
  // Checkpoints of before have none of these.
  canonical: canonicalSizeSchema.nullable().default(null),
  outlineUm: outlineUmSchema.nullable().default(null),
  classifier: nucleusClassifierSchema.nullable().default(null),
  training: trainingSummarySchema,
  weightsManifest: z.tuple([
    z.strictObject({
      paths: z.tuple([z.literal("weights.bin")]),
      weights: z
        .array(
          z.strictObject({
            name: z.string().max(100),
            shape: z.array(z.number()).max(5),
            dtype: z.literal("float32"),
            quantization: z.strictObject({ dtype: z.literal("float16") }).optional(),
          }),
        )
        .max(500),
    }),
  ]),
});

const progressSchema = z.strictObject({
  step: z.int().min(0),
  randomState: z.number(),
  elapsedSeconds: z.number().min(0),
  stepMs: z.array(z.number()).max(10_000),
  bestAp50: z.number().nullable(),
});

/** What TensorFlow.js has to know to read `weights.bin`. */
function manifestOf(config: NetworkConfig, width: FloatWidth) {
  const channels = [countNormalisedChannels(config)];
  const stored = width === 16 ? { quantization: { dtype: "float16" as const } } : {};
  return [
    ...listParameters(config).map(({ name, shape }) => ({
      name,
      shape: [...shape],
      dtype: "float32" as const,
      ...stored,
    })),
    { name: "statistics/mean", shape: channels, dtype: "float32" as const },
    { name: "statistics/variance", shape: channels, dtype: "float32" as const },
  ];
}

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

/** The files of a model; with `progress` also those that let its training go on. Weights of 16 bits are rounded. */
export function saveCheckpoint(
  model: TrainedModel,
  progress?: TrainingProgress,
  weightWidth: FloatWidth = 32,
): CheckpointFiles {
  const { config, weights, thresholds, voxelSizeZyx, canonical, outlineUm, classifier, training } = model;
  const files: Record<string, Uint8Array> = {
    "model.json": encodeJson({
      format: CHECKPOINT_FORMAT,
      version: 1,
      network: config,
      thresholds,
      voxelSizeZyx,
      canonical,
      outlineUm,
      classifier,
      training,
      weightsManifest: [{ paths: ["weights.bin"], weights: manifestOf(config, weightWidth) }],
    }),
    "weights.bin": joinFloats("weights.bin", [
      { values: weights.weights, width: weightWidth },
      { values: weights.mean, width: 32 },
      { values: weights.variance, width: 32 },
    ]),
  };
  if (progress) {
    const { state, randomState, elapsedSeconds, stepMs, best } = progress;
    files["progress.json"] = encodeJson({
      step: state.step,
      randomState,
      elapsedSeconds,
      stepMs,
      bestAp50: best?.ap50 ?? null,
    });
    files["progress.bin"] = joinFloats(
      "progress.bin",
      progressVectors(config).map(({ name }) => ({ values: state[name], width: 32 })),
    );
  }
  return files;
}

/** Reads what `saveCheckpoint` wrote; throws a Problem that names the file and what is wrong. */
export function loadCheckpoint(files: CheckpointFiles): { model: TrainedModel; progress: TrainingProgress | null } {
  const { network, weightsManifest, thresholds, voxelSizeZyx, canonical, outlineUm, classifier, training } = parseJson(
    files,
    "model.json",
    modelSchema,
  );
  const config: NetworkConfig = network;
  const listed = weightsManifest[0].weights;
  const weightWidth: FloatWidth = listed[0]?.quantization ? 16 : 32;
  if (JSON.stringify(listed) !== JSON.stringify(manifestOf(config, weightWidth)))
    throw damaged("model.json", "The checkpoint's list of weights does not fit its network.");
  const channels = countNormalisedChannels(config);
  const [weights, mean, variance] = splitFloats("weights.bin", files["weights.bin"], [
    { length: countParameters(config), width: weightWidth },
    { length: channels, width: 32 },
    { length: channels, width: 32 },
  ]);
  const seen = { thresholds, voxelSizeZyx, canonical, outlineUm, classifier: askable(classifier) };
  const model: TrainedModel = { config, weights: { weights, mean, variance }, ...seen, training };
  if (!files["progress.json"]) return { model, progress: null };
  const { step, bestAp50, ...numbers } = parseJson(files, "progress.json", progressSchema);
  const best = bestAp50 === null ? null : { ap50: bestAp50, weights: model.weights };
  const vectors = progressVectors(config);
  const values = splitFloats(
    "progress.bin",
    files["progress.bin"],
    vectors.map(({ length }) => ({ length, width: 32 })),
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

const damaged = (where: string, what: string, cause?: unknown): Problem =>
  new Problem(
    { tag: "checkpoint-damaged", what, where, hint: "Choose another checkpoint, or train again." },
    { cause },
  );

function parseJson<T>(files: CheckpointFiles, name: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(files[name])));
  } catch (error) {
    throw damaged(name, "The checkpoint cannot be read.", error);
  }
}
