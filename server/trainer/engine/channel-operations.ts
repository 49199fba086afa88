import * as tf from "@tensorflow/tfjs";
import { NORM_EPSILON } from "../../../core/checkpoint/network-layout.ts";

/*
 * Normalisation with ReLU, and max pooling, as single differentiable steps. Composed of ordinary tensor operations
 * these took as long as all convolutions together; native TensorFlow has fused kernels that tfjs does not expose.
 */

/** Values over (depth, height, width) of each channel. */
export interface ChannelStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

interface NativeBackend {
  executeMultipleOutputs(name: string, attrs: unknown[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
  executeSingleOutput(name: string, attrs: unknown[], inputs: tf.Tensor[]): tf.Tensor;
  readonly binding: Readonly<
    Record<"TF_ATTR_TYPE" | "TF_ATTR_FLOAT" | "TF_ATTR_STRING" | "TF_ATTR_BOOL" | "TF_FLOAT", number>
  >;
}

const nativeBackend = (): NativeBackend | null =>
  tf.getBackend() === "tensorflow" ? (tf.backend() as unknown as NativeBackend) : null;

/**
 * relu(scale · (x − mean) / √(variance + ε) + shift) with the input's own statistics per channel, over batch, depth,
 * height and width of x `[n, d, h, w, c]`. `onStatistics` gets them, to be kept by the caller.
 */
export function normaliseRelu(
  x: tf.Tensor5D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  onStatistics?: (statistics: ChannelStatistics) => void,
): tf.Tensor5D {
  const native = nativeBackend();
  const operation = tf.customGrad((...args) => {
    const [input, gain, offset] = args as [tf.Tensor5D, tf.Tensor1D, tf.Tensor1D];
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc;
    return native
      ? nativeNormaliseRelu(native, input, gain, offset, save, onStatistics)
      : plainNormaliseRelu(input, gain, offset, save, onStatistics);
  });
  return operation(x, scale, shift) as tf.Tensor5D;
}

type CustomGradient = {
  value: tf.Tensor;
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];
};

function nativeNormaliseRelu(
  native: NativeBackend,
  x: tf.Tensor5D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  save: tf.GradSaveFunc,
  onStatistics?: (statistics: ChannelStatistics) => void,
): CustomGradient {
  const { TF_ATTR_TYPE, TF_ATTR_FLOAT, TF_ATTR_STRING, TF_ATTR_BOOL, TF_FLOAT } = native.binding;
  const attributes = [
    { name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: "U", type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: "epsilon", type: TF_ATTR_FLOAT, value: NORM_EPSILON },
    { name: "data_format", type: TF_ATTR_STRING, value: "NHWC" },
    { name: "is_training", type: TF_ATTR_BOOL, value: true },
  ];
  const reluAttributes = [{ name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT }];
  const [n, d, h, w, c] = x.shape;
  const x4 = tf.reshape(x, [n, d * h, w, c]);
  const none = tf.zeros([0]);
  const [normalised, mean, variance, ...reserved] = native.executeMultipleOutputs(
    "FusedBatchNormV3",
    attributes,
    [x4, scale, shift, none, none],
    6,
  );
  onStatistics?.({ mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D });
  const y4 = tf.relu(normalised);
  save([x4, scale, ...reserved, y4]);
  return {
    value: tf.reshape(y4, x.shape),
    gradFunc: (dy, [savedX, savedScale, r1, r2, r3, savedY]) => {
      const dy4 = tf.reshape(dy, savedX.shape);
      const passed = native.executeSingleOutput("ReluGrad", reluAttributes, [dy4, savedY]);
      const [dx, dScale, dShift] = native.executeMultipleOutputs(
        "FusedBatchNormGradV3",
        attributes,
        [passed, savedX, savedScale, r1, r2, r3],
        5,
      );
      return [tf.reshape(dx, x.shape), dScale, dShift];
    },
  };
}

function plainNormaliseRelu(
  x: tf.Tensor5D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  save: tf.GradSaveFunc,
  onStatistics?: (statistics: ChannelStatistics) => void,
): CustomGradient {
  const channels = x.shape[4];
  const rows = tf.reshape(x, [-1, channels]);
  const count = rows.shape[0]!;
  const mean = tf.mean(rows, 0) as tf.Tensor1D;
  const variance = tf.relu(tf.sub(tf.mean(tf.square(rows), 0), tf.square(mean))) as tf.Tensor1D;
  onStatistics?.({ mean, variance });
  const inverse = tf.rsqrt(tf.add(variance, NORM_EPSILON));
  const gain = tf.mul(scale, inverse);
  const y = tf.relu(tf.add(tf.mul(rows, gain), tf.sub(shift, tf.mul(mean, gain))));
  save([rows, scale, mean, inverse, y]);
  return {
    value: tf.reshape(y, x.shape),
    gradFunc: (dy, [savedRows, savedScale, savedMean, savedInverse, savedY]) => {
      const passed = tf.mul(tf.reshape(dy, savedRows.shape), tf.step(savedY));
      const dShift = tf.sum(passed, 0);
      // Σ dy·x̂ without building x̂: (Σ dy·x − mean Σ dy) / σ.
      const dScale = tf.mul(tf.sub(tf.sum(tf.mul(passed, savedRows), 0), tf.mul(savedMean, dShift)), savedInverse);
      // dx = scale/σ · (dy − mean(dy) − x̂ mean(dy·x̂)), folded into one scale of dy, one of x and one constant.
      const gain = tf.mul(savedScale, savedInverse);
      const slope = tf.neg(tf.div(tf.mul(tf.mul(gain, savedInverse), dScale), count));
      const constant = tf.neg(tf.add(tf.div(tf.mul(gain, dShift), count), tf.mul(slope, savedMean)));
      const dx = tf.add(tf.add(tf.mul(passed, gain), tf.mul(savedRows, slope)), constant);
      return [tf.reshape(dx, x.shape), dScale, dShift];
    },
  };
}
