import { setImmediate } from "node:timers/promises";
import { Problem } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { defaultAugmentation } from "./augment.ts";
import { saveCheckpoint, type TrainingProgress } from "./checkpoint.ts";
import type { InstanceThresholds } from "./instances.ts";
import { type NetworkConfig, planNetwork } from "./model/network-config.ts";
import { countParameters } from "./model/parameters.ts";
import { type NetworkWeights, Predictor } from "./model/predictor.ts";
import { createNetworkState, type NetworkState, TrainableNetwork } from "./model/trainable-network.ts";
import { choosePatchShape } from "./patch-shape.ts";
import { drawPatch } from "./patches.ts";
import { MeanMaps, predictSymmetries } from "./predict.ts";
import { type PreparedVolume, prepareVolume } from "./prepared-volume.ts";
import { createRandom } from "./random.ts";
import { oneCycleRate } from "./schedule.ts";
import type { TrainHooks, TrainOptions } from "./train-options.ts";
import type { StopReason, TrainedModel } from "./trained-model.ts";
import type { TrainingVolume } from "./training-volume.ts";
import { limitVoxels, startingThresholds, tuneThresholds } from "./tune-thresholds.ts";
import { type ValidationScores, validate } from "./validate.ts";

const PEAK_RATE = 3e-3;
/** Weights that already know nuclei are changed more gently. */
const PEAK_RATE_FINE_TUNING = 1e-3;
/** Share of a budget in minutes that is kept for tuning the thresholds at the end. */
const TUNING_SHARE = 0.05;
const MAX_TUNING_VOXELS = 4_000_000;
/** Validations come after these shares of the budget. */
const VALIDATION_EVERY = 0.1;
/** Training ends when this many validations in a row were no better, and at least half of the budget is used. */
const PATIENCE = 4;

/**
 * Learns from the known voxels of the volumes until the budget is used, the validation boxes show no progress any more,
 * or `signal` is aborted; then the best checkpoint so far is the result. Deterministic for a budget in steps.
 */
export async function trainModel(
  options: TrainOptions,
  volumes: readonly TrainingVolume[],
  hooks: TrainHooks = {},
  signal?: AbortSignal,
): Promise<TrainedModel> {
  const run = startRun(options, volumes);
  try {
    let stoppedBy: StopReason = "budget";
    while (run.progress() < 1) {
      if (signal?.aborted) {
        stoppedBy = "cancelled";
        break;
      }
      await learnOnce(run, hooks);
      if (run.progress() >= run.nextValidation && run.hasValidation && (await validateRun(run, hooks))) {
        stoppedBy = "early-stop";
        break;
      }
      if (performance.now() - run.savedAt > run.checkpointEveryMs) await reportCheckpoint(run, hooks);
    }
    return await finishRun(run, stoppedBy);
  } finally {
    run.network.dispose();
  }
}

interface BestCheckpoint {
  readonly ap50: number;
  readonly weights: NetworkWeights;
}

class TrainRun {
  readonly options: TrainOptions;
  readonly volumes: readonly PreparedVolume[];
  readonly config: NetworkConfig;
  readonly network: TrainableNetwork;
  readonly patchShapeZyx: Zyx;
  readonly random: ReturnType<typeof createRandom>;
  readonly start: InstanceThresholds;
  readonly hasValidation: boolean;
  readonly checkpointEveryMs: number;
  readonly stepMs: number[];
  savedAt = performance.now();
  nextValidation: number;
  best: BestCheckpoint | null = null;
  validationsWithoutProgress = 0;
  private readonly startedAt: number;

  constructor(options: TrainOptions, volumes: readonly TrainingVolume[]) {
    this.options = options;
    this.volumes = volumes.map(prepareVolume);
    const { parent, resume } = options;
    this.config =
      options.config ?? parent?.config ?? planNetwork({ voxelSizeZyx: volumes[0].voxelSizeZyx, ...options });
    this.network = new TrainableNetwork(this.config, resume?.state ?? initialState(this.config, options));
    this.patchShapeZyx = options.patchShapeZyx ?? choosePatchShape(this.config, volumes);
    // Another stream than the initial weights'.
    this.random = createRandom(resume?.randomState ?? options.seed + 0x9e3779b9);
    this.start = startingThresholds(volumes);
    this.hasValidation = volumes.some(({ validationBoxes }) => validationBoxes.length > 0);
    this.checkpointEveryMs = (options.checkpointEverySeconds ?? 20) * 1000;
    this.stepMs = [...(resume?.stepMs ?? [])];
    this.startedAt = performance.now() - (resume?.elapsedSeconds ?? 0) * 1000;
    this.nextValidation = this.progress() + VALIDATION_EVERY;
  }

  elapsedSeconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** Share of the budget used. */
  progress(): number {
    const { budget } = this.options;
    return "maxSteps" in budget
      ? this.network.step / budget.maxSteps
      : this.elapsedSeconds() / (budget.minutes * 60 * (1 - TUNING_SHARE));
  }

  weights(): NetworkWeights {
    const { averagedWeights, mean, variance } = this.network.state();
    return { weights: averagedWeights, mean, variance };
  }

  model(weights: NetworkWeights, thresholds: InstanceThresholds, stoppedBy: StopReason): TrainedModel {
    return {
      config: this.config,
      weights,
      thresholds,
      voxelSizeZyx: this.volumes[0].volume.voxelSizeZyx,
      training: {
        seed: this.options.seed,
        steps: this.network.step,
        trainSeconds: this.elapsedSeconds(),
        stepMsMedian: medianOf(this.stepMs),
        parameters: countParameters(this.config),
        patchShapeZyx: this.patchShapeZyx,
        stoppedBy,
        validationAp50: this.best?.ap50 ?? null,
      },
    };
  }
}

function startRun(options: TrainOptions, volumes: readonly TrainingVolume[]): TrainRun {
  if (!volumes.some(({ known }) => known.includes(2)))
    throw new Problem({
      tag: "nothing-to-learn",
      what: "No accepted nucleus lies in these volumes.",
      hint: "Label some nuclei, mark one box as fully labelled, and train again.",
    });
  return new TrainRun(options, volumes);
}

function initialState(config: NetworkConfig, { seed, parent }: TrainOptions): NetworkState {
  const fresh = createNetworkState(config, seed);
  if (!parent) return fresh;
  const { weights, mean, variance } = parent.weights;
  return { ...fresh, weights, averagedWeights: weights, mean, variance };
}

async function learnOnce(run: TrainRun, hooks: TrainHooks): Promise<void> {
  const { options, network } = run;
  const began = performance.now();
  const patches = Array.from({ length: options.batchSize ?? 1 }, () =>
    drawPatch(
      run.volumes,
      {
        shapeZyx: run.patchShapeZyx,
        augmentation: { ...defaultAugmentation, ...options.augmentation },
        nucleusShare: 0.9,
      },
      run.random,
    ),
  );
  const drawn = patches.filter((patch) => patch !== null);
  if (drawn.length === 0)
    throw new Problem({
      tag: "no-room-to-learn",
      what: "No training patch can be drawn: the labels lie in or beside the validation boxes only.",
      hint: "Label nuclei farther from the validation boxes, or make those smaller.",
    });
  const peak = options.parent ? PEAK_RATE_FINE_TUNING : PEAK_RATE;
  const loss = network.learn(drawn, oneCycleRate(run.progress(), peak));
  const stepMs = performance.now() - began;
  run.stepMs.push(stepMs);
  const knownVoxels = drawn.reduce((sum, { known }) => sum + known.reduce((count, value) => count + value, 0), 0);
  await hooks.onStep?.({ step: network.step, loss, stepMs, progress: Math.min(1, run.progress()), knownVoxels });
  // Heartbeats and cancellation get their turn.
  await setImmediate();
}

/** Scores the averaged weights; true when training should end. */
async function validateRun(run: TrainRun, hooks: TrainHooks): Promise<boolean> {
  run.nextValidation = run.progress() + VALIDATION_EVERY;
  const weights = run.weights();
  const scores = await scoreWeights(run, weights);
  await hooks.onValidation?.({ step: run.network.step, scores });
  // Equal counts as better: later weights have learned more at a smaller rate.
  if (scores.ap50 !== null && scores.ap50 >= (run.best?.ap50 ?? 0)) {
    run.validationsWithoutProgress = scores.ap50 > (run.best?.ap50 ?? -1) ? 0 : run.validationsWithoutProgress + 1;
    run.best = { ap50: scores.ap50, weights };
  } else run.validationsWithoutProgress++;
  return run.progress() > 0.5 && run.validationsWithoutProgress >= PATIENCE;
}

async function scoreWeights(run: TrainRun, weights: NetworkWeights): Promise<ValidationScores> {
  const predictor = new Predictor(run.config, weights);
  try {
    return await validate(predictor, run.volumes, run.start);
  } finally {
    predictor.dispose();
  }
}

async function reportCheckpoint(run: TrainRun, hooks: TrainHooks): Promise<void> {
  run.savedAt = performance.now();
  if (!hooks.onCheckpoint) return;
  const progress: TrainingProgress = {
    state: run.network.state(),
    randomState: run.random.state,
    elapsedSeconds: run.elapsedSeconds(),
    stepMs: run.stepMs.slice(-500),
  };
  const files = saveCheckpoint(run.model(run.best?.weights ?? run.weights(), run.start, "cancelled"), progress);
  await hooks.onCheckpoint({ step: run.network.step, files });
  run.savedAt = performance.now();
}

/** The best weights, with thresholds tuned on the labelled pool. */
async function finishRun(run: TrainRun, stoppedBy: StopReason): Promise<TrainedModel> {
  const weights = run.best?.weights ?? run.weights();
  const predictor = new Predictor(run.config, weights);
  try {
    const pool = limitVoxels(
      run.volumes.map((prepared) => ({
        ...prepared,
        ...prepared.volume,
        known: prepared.known,
        raw: prepared.volume.image,
      })),
      MAX_TUNING_VOXELS,
    );
    const predicted = [];
    for (const volume of pool) {
      const mean = new MeanMaps();
      for await (const { maps } of predictSymmetries(predictor, volume.raw, volume, {
        window: volume.window,
        maxTileVoxels: run.options.maxTileVoxels,
      }))
        mean.add(maps);
      predicted.push({ ...volume, maps: mean.mean() });
    }
    return run.model(weights, tuneThresholds(predicted, run.start), stoppedBy);
  } finally {
    predictor.dispose();
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
