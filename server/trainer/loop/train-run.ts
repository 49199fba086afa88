import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { countParameters } from "../../../core/checkpoint/network-layout.ts";
import type {
  CanonicalSize,
  InstanceThresholds,
  NetworkState,
  NetworkWeights,
  StopReason,
  TrainedModel,
} from "../../../core/checkpoint/trained-model.ts";
import { labelledDiameterUm } from "../../../core/perception/canonical-size.ts";
import { Problem } from "../../../core/problem.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { choosePatchShape } from "../data/patch-shape.ts";
import { type PreparedVolume, prepareVolume } from "../data/prepared-volume.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { measuredBoxesOf } from "../data/training-volume.ts";
import { startingThresholds } from "../measure/tune-thresholds.ts";
import { planNetwork } from "../network/network-config.ts";
import { createNetworkState, TrainableNetwork } from "../network/trainable-network.ts";
import { createRandom, type Random } from "../random.ts";
import { BudgetClock } from "./budget-clock.ts";
import type { TrainOptions } from "./train-options.ts";

/** Weights that did best in the validation boxes so far. */
interface BestCheckpoint {
  readonly ap50: number;
  readonly weights: NetworkWeights;
}

/** Everything that changes while a model is trained. */
export class TrainRun {
  readonly options: TrainOptions;
  readonly volumes: readonly PreparedVolume[];
  readonly config: NetworkConfig;
  readonly canonical: CanonicalSize | null;
  /** Of the cubes that volumes are seen in; null: on their own grid. */
  readonly sideUm: number | null;
  readonly network: TrainableNetwork;
  readonly patchShapeZyx: Zyx;
  readonly random: Random;
  readonly start: InstanceThresholds;
  readonly hasValidation: boolean;
  readonly checkpointEveryMs: number;
  readonly stepMs: number[];
  readonly clock: BudgetClock;
  savedAt = performance.now();
  best: BestCheckpoint | null;
  validationsWithoutProgress = 0;

  constructor(options: TrainOptions, volumes: readonly TrainingVolume[]) {
    this.options = options;
    const { parent, resume } = options;
    this.canonical = planSize(options, volumes);
    this.sideUm = this.canonical && this.canonical.diameterUm / this.canonical.voxelsPerDiameter;
    this.volumes = volumes.map((volume) => prepareVolume(volume, this.sideUm));
    const { voxelSizeZyx } = this.volumes[0].volume;
    this.config = options.config ?? parent?.config ?? planNetwork({ voxelSizeZyx, ...options });
    this.network = new TrainableNetwork(this.config, resume?.state ?? initialState(this.config, options));
    this.patchShapeZyx =
      options.patchShapeZyx ??
      choosePatchShape(
        this.config,
        this.volumes.map(({ volume }) => volume),
      );
    // Another stream than the initial weights'.
    this.random = createRandom(resume?.randomState ?? options.seed + 0x9e3779b9);
    this.start = startingThresholds(volumes);
    this.hasValidation = volumes.some((volume) => measuredBoxesOf(volume).length > 0);
    this.checkpointEveryMs = (options.checkpointEverySeconds ?? 20) * 1000;
    this.stepMs = [...(resume?.stepMs ?? [])];
    this.best = resume?.best ?? null;
    this.clock = new BudgetClock(options.budget, {
      secondsBefore: resume?.elapsedSeconds ?? 0,
      stepsBefore: this.network.step,
    });
  }

  /** Share of the budget used. */
  progress(): number {
    return this.clock.progress(this.network.step);
  }

  /** What learning takes for each voxel of a patch. */
  secondsPerPatchVoxel(): number {
    const voxels = voxelCount(this.patchShapeZyx) * (this.options.batchSize ?? 1);
    return medianOf(this.stepMs) / 1000 / voxels;
  }

  weights(): NetworkWeights {
    const { averagedWeights, mean, variance } = this.network.state();
    return { weights: averagedWeights, mean, variance };
  }

  model(
    weights: NetworkWeights,
    thresholds: InstanceThresholds,
    stoppedBy: StopReason,
    outlineUm: number | null = null,
  ): TrainedModel {
    return {
      config: this.config,
      weights,
      thresholds,
      voxelSizeZyx: this.volumes[0].given.voxelSizeZyx,
      canonical: this.canonical,
      outlineUm,
      // Learned at the end of a job, from the nuclei that have a class (classes/learn-classes-of-job.ts).
      classifier: null,
      training: {
        seed: this.options.seed,
        steps: this.network.step,
        trainSeconds: this.clock.elapsedSeconds(),
        stepMsMedian: medianOf(this.stepMs),
        parameters: countParameters(this.config),
        patchShapeZyx: this.patchShapeZyx,
        stoppedBy,
        validationAp50: this.best?.ap50 ?? null,
      },
    };
  }
}

export function startRun(options: TrainOptions, volumes: readonly TrainingVolume[]): TrainRun {
  if (!volumes.some(({ known }) => known.includes(2)))
    throw new Problem({
      tag: "nothing-to-learn",
      what: "No accepted nucleus lies in these volumes.",
      hint: "Label some nuclei, mark one box as fully labelled, and train again.",
    });
  return new TrainRun(options, volumes);
}

/** A parent decides how large nuclei are to the network, the labels how large they are in micrometres. */
function planSize(options: TrainOptions, volumes: readonly TrainingVolume[]): CanonicalSize | null {
  if (options.canonical !== undefined) return options.canonical;
  const { parent } = options;
  // From nothing on the volumes' own grid: what is known of its quality was measured there (docs/results-training.md).
  if (!parent?.canonical) return null;
  const diameterUm = labelledDiameterUm(volumes) ?? parent.canonical.diameterUm;
  return { ...parent.canonical, diameterUm, diameterFrom: "labels" };
}

function initialState(config: NetworkConfig, { seed, parent }: TrainOptions): NetworkState {
  const fresh = createNetworkState(config, seed);
  if (!parent) return fresh;
  const { weights, mean, variance } = parent.weights;
  return { ...fresh, weights, averagedWeights: weights, mean, variance };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
