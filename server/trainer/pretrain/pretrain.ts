import { countParameters } from "../../../core/checkpoint/network-layout.ts";
import type { CanonicalSize, InstanceThresholds, TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { VOXELS_PER_DIAMETER } from "../../../core/perception/canonical-size.ts";
import { defaultAugmentation } from "../data/augment.ts";
import { drawPatch } from "../data/patches.ts";
import { type PreparedVolume, prepareVolume } from "../data/prepared-volume.ts";
import { oneCycleRate } from "../loop/schedule.ts";
import type { TrainBudget } from "../loop/train-options.ts";
import type { TuningVolume } from "../measure/tune-thresholds.ts";
import { startingThresholds, tuneThresholds } from "../measure/tune-thresholds.ts";
import { planNetwork } from "../network/network-config.ts";
import { Predictor } from "../network/predictor.ts";
import { createNetworkState, TrainableNetwork } from "../network/trainable-network.ts";
import { predictVolume } from "../predict/predict.ts";
import { createRandom } from "../random.ts";
import { drawVolume } from "./simulated-volume.ts";

export interface PretrainOptions {
  readonly seed: number;
  /** In steps the same weights come of it every time. */
  readonly budget: TrainBudget;
  readonly maxTileVoxels: number;
}

export interface PretrainHooks {
  onStep?(report: { step: number; loss: number; volumes: number; progress: number }): void;
}

/** What thresholds of the model are for; every image is brought to it by its own nuclei. */
const NOMINAL_DIAMETER_UM = 10;
const PATCH_ZYX = [40, 48, 48] as const;
const PEAK_RATE = 3e-3;
/** Volumes that patches are drawn from at a time; when there are so many, the oldest gives way to a new one. */
const POOL = 16;
const FIRST_VOLUMES = 4;
const STEPS_PER_VOLUME = 8;
const TUNING_VOLUMES = 4;
/** Seeds of tuning volumes lie apart from those that are learned from. */
const TUNING_SEEDS = 0x40000000;

/**
 * Weights from simulated volumes alone: no image of a microscope is ever looked at. New volumes are drawn as it goes, so
 * that hardly any is seen twice. One seed and one number of steps give the same weights on one machine.
 */
export async function pretrain(options: PretrainOptions, hooks: PretrainHooks = {}): Promise<TrainedModel> {
  const { seed, budget } = options;
  const config = planNetwork({ voxelSizeZyx: [1, 1, 1] });
  const random = createRandom(seed + 0x9e3779b9);
  const network = new TrainableNetwork(config, createNetworkState(config, seed));
  const stepMs: number[] = [];
  const pool: PreparedVolume[] = [];
  let volumes = 0;
  const drawNext = (): PreparedVolume => prepareDrawn(seed * 1_000_003 + volumes++);
  while (pool.length < FIRST_VOLUMES) pool.push(drawNext());
  const began = performance.now();
  const progress = () =>
    "maxSteps" in budget ? network.step / budget.maxSteps : (performance.now() - began) / (budget.minutes * 60_000);
  while (progress() < 1) {
    if (network.step % STEPS_PER_VOLUME === STEPS_PER_VOLUME - 1)
      pool[pool.length < POOL ? pool.length : volumes % POOL] = drawNext();
    const stepBegan = performance.now();
    const patch = drawPatch(
      pool,
      { shapeZyx: PATCH_ZYX, augmentation: defaultAugmentation, nucleusShare: 0.8 },
      random,
    );
    if (!patch) continue;
    const loss = network.learn([patch], oneCycleRate(progress(), PEAK_RATE));
    stepMs.push(performance.now() - stepBegan);
    hooks.onStep?.({ step: network.step, loss, volumes, progress: progress() });
  }
  const steps = network.step;
  const { averagedWeights, mean, variance } = network.state();
  network.dispose();
  const weights = { weights: averagedWeights, mean, variance };
  const canonical: CanonicalSize = {
    voxelsPerDiameter: VOXELS_PER_DIAMETER,
    diameterUm: NOMINAL_DIAMETER_UM,
    diameterFrom: "image",
  };
  const predictor = new Predictor(config, weights);
  const thresholds = await tuneOnSimulated(predictor, options);
  predictor.dispose();
  return {
    config,
    weights,
    thresholds,
    voxelSizeZyx: PATCH_ZYX.map(() => NOMINAL_DIAMETER_UM / VOXELS_PER_DIAMETER) as [number, number, number],
    canonical,
    outlineUm: null,
    classifier: null,
    training: {
      seed,
      steps,
      trainSeconds: (performance.now() - began) / 1000,
      stepMsMedian: stepMs.sort((a, b) => a - b)[stepMs.length >> 1] ?? 0,
      parameters: countParameters(config),
      patchShapeZyx: PATCH_ZYX,
      stoppedBy: "budget",
      validationAp50: null,
    },
  };
}

/** As it is seen in training and in prediction: in cubes by its nuclei's size. */
function prepareDrawn(seed: number): PreparedVolume {
  const { volume, diameterUm } = drawVolume(seed);
  return prepareVolume(volume, diameterUm / VOXELS_PER_DIAMETER);
}

/** In nuclei of the nominal size. */
async function tuneOnSimulated(
  predictor: Predictor,
  { seed, maxTileVoxels }: PretrainOptions,
): Promise<InstanceThresholds> {
  const tuning: TuningVolume[] = [];
  for (let i = 0; i < TUNING_VOLUMES; i++) {
    const { volume, diameterUm } = drawVolume(TUNING_SEEDS + seed * TUNING_VOLUMES + i);
    const maps = await predictVolume(predictor, volume.image, volume, {
      sideUm: diameterUm / VOXELS_PER_DIAMETER,
      maxTileVoxels,
    });
    const scale = NOMINAL_DIAMETER_UM / diameterUm;
    const [z, y, x] = volume.voxelSizeZyx;
    tuning.push({ ...volume, voxelSizeZyx: [z * scale, y * scale, x * scale], maps });
  }
  return tuneThresholds(tuning, startingThresholds(tuning));
}
