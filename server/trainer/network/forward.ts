import * as tf from "@tensorflow/tfjs";
import type { LevelConfig, NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { NORM_EPSILON } from "../../../core/checkpoint/network-layout.ts";
import { type ChannelStatistics, normaliseRelu } from "../engine/channel-operations.ts";
import { enlarge, shrinkByMax } from "../engine/resample-operations.ts";

/** What follows a convolution: `(convolved, scale, shift) -> activated`. */
type Activation = (x: tf.Tensor5D, scale: tf.Tensor1D, shift: tf.Tensor1D) => tf.Tensor5D;

/**
 * The 3D U-Net: two convolutions a level, max pooling down, nearest-neighbour enlargement and skip concatenation up, one
 * 1×1×1 convolution to the heads. Takes `[n, d, h, w, 1]` (multiples of the pooling factor), gives logits
 * `[n, d, h, w, heads]`. `parameters` as `splitWeights` cuts them.
 */
function runNetwork(config: NetworkConfig, parameters: readonly tf.Tensor[], image: tf.Tensor5D, activate: Activation) {
  let next = 0;
  const convolve = (...inputs: tf.Tensor5D[]) => {
    const [filter, scale, shift] = parameters.slice(next, next + 3);
    next += 3;
    return activate(convolveJoined(inputs, filter as tf.Tensor5D), scale as tf.Tensor1D, shift as tf.Tensor1D);
  };
  const { levels } = config;
  const skips: tf.Tensor5D[] = [];
  let x = image;
  levels.forEach((level, index) => {
    if (index > 0) x = shrinkByMax(x, level.poolZyx);
    x = convolve(convolve(x));
    skips.push(x);
  });
  for (let index = levels.length - 2; index >= 0; index--) {
    const below: LevelConfig = levels[index + 1];
    x = convolve(convolve(enlarge(x, below.poolZyx), skips[index]));
  }
  const [filter, shift] = parameters.slice(next);
  return tf.add(tf.conv3d(x, filter as tf.Tensor5D, 1, "same"), shift) as tf.Tensor5D;
}

/**
 * The convolution of the inputs' channels side by side, as a sum of one convolution each: joining them and cutting their
 * gradient apart took longer than the convolution on wasm.
 */
function convolveJoined(inputs: readonly tf.Tensor5D[], filter: tf.Tensor5D): tf.Tensor5D {
  if (inputs.length === 1) return tf.conv3d(inputs[0], filter, 1, "same");
  const [kd, kh, kw, , co] = filter.shape;
  let channel = 0;
  const parts = inputs.map((input) => {
    const channels = input.shape[4];
    const part = tf.slice(filter, [0, 0, 0, channel, 0], [kd, kh, kw, channels, co]);
    channel += channels;
    return tf.conv3d(input, part as tf.Tensor5D, 1, "same") as tf.Tensor5D;
  });
  return tf.addN(parts);
}

/** Training: every layer is normalised by the statistics of this batch, which `onStatistics` gets in layer order. */
export const runTraining = (
  config: NetworkConfig,
  parameters: readonly tf.Tensor[],
  image: tf.Tensor5D,
  onStatistics?: (statistics: ChannelStatistics) => void,
): tf.Tensor5D =>
  runNetwork(config, parameters, image, (x, scale, shift) => normaliseRelu(x, scale, shift, onStatistics));

/** Prediction with parameters from `foldStatistics`: a plain convolution, bias and ReLU; a voxel depends on its surroundings only. */
export const runFolded = (config: NetworkConfig, folded: readonly tf.Tensor[], image: tf.Tensor5D): tf.Tensor5D =>
  runNetwork(config, folded, image, (x, _scale, shift) => tf.relu(tf.add(x, shift) as tf.Tensor5D));

/** Multiplies the collected statistics into the filters: scale·(w∗x − mean)/σ + shift = (w·g)∗x + (shift − mean·g). */
export function foldStatistics(
  parameters: readonly tf.Tensor[],
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
): tf.Tensor[] {
  const folded: tf.Tensor[] = [...parameters];
  let channel = 0;
  const normalised = (parameters.length - 2) / 3;
  for (let layer = 0; layer < normalised; layer++) {
    const [filter, scale, shift] = parameters.slice(layer * 3, layer * 3 + 3);
    const channels = scale.shape[0]!;
    const layerMean = tf.slice(mean, channel, channels);
    const layerVariance = tf.slice(variance, channel, channels);
    channel += channels;
    const gain = tf.mul(scale, tf.rsqrt(tf.add(layerVariance, NORM_EPSILON)));
    folded[layer * 3] = tf.mul(filter, gain);
    folded[layer * 3 + 2] = tf.sub(shift, tf.mul(layerMean, gain));
  }
  return folded;
}
