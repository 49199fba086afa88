import * as tf from "@tensorflow/tfjs";
import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { countNormalisedChannels } from "../../../core/checkpoint/network-layout.ts";
import type { NetworkState } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ChannelStatistics } from "../engine/channel-operations.ts";
import { runTraining } from "./forward.ts";
import { maskedLoss } from "./loss.ts";
import { initialWeights, splitWeights } from "./parameters.ts";

/** One patch with its truth, plain arrays of d·h·w values. */
export interface TrainingPatch {
  readonly shapeZyx: Zyx;
  readonly image: Float32Array;
  readonly known: Float32Array;
  readonly foreground: Float32Array;
  readonly distance: Float32Array;
  readonly boundary: Float32Array;
}

export interface OptimiserOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** How much of the averaged weights and statistics stays after each step. */
  readonly averageDecay: number;
  readonly statisticsDecay: number;
  /** Gradients longer than this are shortened to it. */
  readonly clipNorm: number;
}

export const defaultOptimiser: OptimiserOptions = {
  beta1: 0.9,
  beta2: 0.99,
  weightDecay: 1e-4,
  averageDecay: 0.98,
  statisticsDecay: 0.95,
  clipNorm: 5,
};

const stateVectors = ["weights", "averagedWeights", "firstMoment", "secondMoment", "mean", "variance"] as const;
type Vectors = Record<(typeof stateVectors)[number], tf.Tensor1D>;

export function createNetworkState(config: NetworkConfig, seed: number): NetworkState {
  const weights = initialWeights(config, seed);
  const channels = countNormalisedChannels(config);
  return {
    step: 0,
    weights,
    averagedWeights: weights.slice(),
    firstMoment: new Float32Array(weights.length),
    secondMoment: new Float32Array(weights.length),
    mean: new Float32Array(channels),
    variance: new Float32Array(channels).fill(1),
  };
}

/** The network while it learns: Adam with decoupled weight decay over one flat vector, so a step is a handful of operations. */
export class TrainableNetwork {
  readonly config: NetworkConfig;
  private readonly options: OptimiserOptions;
  private vectors: Vectors;
  private steps: number;

  constructor(config: NetworkConfig, state: NetworkState, options: OptimiserOptions = defaultOptimiser) {
    this.config = config;
    this.options = options;
    this.steps = state.step;
    this.vectors = Object.fromEntries(stateVectors.map((name) => [name, tf.tensor1d(state[name])])) as Vectors;
  }

  get step(): number {
    return this.steps;
  }

  /** One step over a batch of patches of one shape; returns the loss. */
  learn(patches: readonly TrainingPatch[], learningRate: number): number {
    const step = this.steps + 1;
    const { loss, ...next } = tf.tidy(() => {
      const statistics: ChannelStatistics[] = [];
      // Kept: tfjs drops at the end of the gradient all that it does not return.
      const { value, grads } = this.gradientsOf(patches, ({ mean, variance }) =>
        statistics.push({ mean: tf.keep(mean), variance: tf.keep(variance) }),
      );
      const next = this.update(grads, statistics, learningRate, step);
      for (const { mean, variance } of statistics) tf.dispose([mean, variance]);
      return { loss: value, ...next };
    });
    this.replaceVectors(next);
    this.steps = step;
    const value = loss.dataSync()[0];
    loss.dispose();
    return value;
  }

  /** Loss and its gradient by the flat weights, without taking a step. */
  inspectGradient(patches: readonly TrainingPatch[]): { loss: number; gradient: Float32Array } {
    return tf.tidy(() => {
      const { value, grads } = this.gradientsOf(patches);
      return { loss: value.dataSync()[0], gradient: flatten(grads).dataSync() as Float32Array };
    });
  }

  state(): NetworkState {
    const values = Object.fromEntries(
      stateVectors.map((name) => [name, new Float32Array(this.vectors[name].dataSync() as Float32Array)]),
    ) as Record<keyof Vectors, Float32Array>;
    return { step: this.steps, ...values };
  }

  dispose(): void {
    for (const name of stateVectors) this.vectors[name].dispose();
  }

  private gradientsOf(patches: readonly TrainingPatch[], onStatistics?: (layer: ChannelStatistics) => void) {
    const { config } = this;
    const [depth, height, width] = patches[0].shapeZyx;
    const stacked = (field: Exclude<keyof TrainingPatch, "shapeZyx">) =>
      tf.stack(patches.map((patch) => tf.tensor(patch[field], [depth, height, width])));
    const image = tf.expandDims(stacked("image"), 4) as tf.Tensor5D;
    const truth = {
      known: stacked("known"),
      foreground: stacked("foreground"),
      distance: stacked("distance"),
      boundary: stacked("boundary"),
    };
    const lossOf = (...parameters: tf.Tensor[]) =>
      maskedLoss(config.heads, runTraining(config, parameters, image, onStatistics), truth);
    return tf.valueAndGrads(lossOf)(splitWeights(config, this.vectors.weights));
  }

  private update(
    gradients: tf.Tensor[],
    statistics: readonly ChannelStatistics[],
    learningRate: number,
    step: number,
  ): Vectors {
    const { beta1, beta2, weightDecay, averageDecay, statisticsDecay, clipNorm } = this.options;
    const { weights, averagedWeights, firstMoment, secondMoment, mean, variance } = this.vectors;
    const raw = flatten(gradients);
    const gradient = tf.mul(raw, tf.minimum(1, tf.div(clipNorm, tf.add(tf.norm(raw), 1e-6))));
    const first = blend(firstMoment, gradient, beta1);
    const second = blend(secondMoment, tf.square(gradient), beta2);
    // Adam's bias corrections folded into the rate and ε.
    const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    const moved = tf.mul(tf.div(first, tf.add(tf.sqrt(second), 1e-8)), rate);
    const updated = tf.sub(tf.mul(weights, 1 - learningRate * weightDecay), moved) as tf.Tensor1D;
    // Early averages follow the weights closely, or they would remember the random start.
    const following = Math.min(averageDecay, (1 + step) / (10 + step));
    const settling = Math.min(statisticsDecay, (1 + step) / (10 + step));
    return {
      weights: updated,
      averagedWeights: blend(averagedWeights, updated, following),
      firstMoment: first,
      secondMoment: second,
      mean: blend(mean, tf.concat(statistics.map((layer) => layer.mean)), settling),
      variance: blend(variance, tf.concat(statistics.map((layer) => layer.variance)), settling),
    };
  }

  private replaceVectors(next: Vectors): void {
    const previous = this.vectors;
    this.vectors = next;
    for (const name of stateVectors) previous[name].dispose();
  }
}

const flatten = (tensors: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]) as tf.Tensor1D));

const blend = (old: tf.Tensor1D, fresh: tf.Tensor, keep: number): tf.Tensor1D =>
  tf.add(tf.mul(old, keep), tf.mul(fresh, 1 - keep)) as tf.Tensor1D;
