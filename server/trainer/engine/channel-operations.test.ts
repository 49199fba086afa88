import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { NORM_EPSILON } from "../../../core/checkpoint/network-layout.ts";
import { createRandom } from "../random.ts";
import { normaliseRelu } from "./channel-operations.ts";
import { registerNativeForTest } from "./native-for-test.ts";
import { enlarge, shrinkByMax } from "./resample-operations.ts";
import { registerWasmBackend } from "./wasm-engine.ts";

function noise(shape: number[], seed: number): tf.Tensor {
  const random = createRandom(seed);
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random.normal), shape);
}

/** Judge: the same functions from ordinary operations, whose gradients tfjs derives itself. */
const plain = {
  normalise: (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2, 3]);
    const centred = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, NORM_EPSILON)));
    return tf.relu(tf.add(tf.mul(centred, scale), shift));
  },
  shrink: (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, [1, 2, 2], [1, 2, 2], "valid"),
  enlarge: (x: tf.Tensor) => {
    const [n, d, h, w, c] = x.shape;
    const rows = tf.tile(tf.reshape(x, [n * d * h, w, 1, c]), [1, 1, 2, 1]);
    const planes = tf.tile(tf.reshape(rows, [n * d, h, 1, w * 2 * c]), [1, 1, 3, 1]);
    return tf.reshape(tf.tile(tf.reshape(planes, [n, d, 1, h * 3 * w * 2 * c]), [1, 1, 2, 1]), [
      n,
      d * 2,
      h * 3,
      w * 2,
      c,
    ]);
  },
};

function compare(fast: (...inputs: tf.Tensor[]) => tf.Tensor, slow: typeof fast, inputs: tf.Tensor[]) {
  const dy = noise(slow(...inputs).shape, 99);
  const values = [fast, slow].map((run) => [run(...inputs), ...tf.grads(run)(inputs, dy)]);
  values[0].forEach((tensor, output) => {
    const [a, b] = [tensor.dataSync(), values[1][output].dataSync()];
    expect(tensor.shape).toEqual(values[1][output].shape);
    expect(a.some((value) => Math.abs(value) > 0.01)).toBe(true);
    a.forEach((value, i) => {
      expect(Math.abs(value - b[i])).toBeLessThan(2e-4 * (1 + Math.abs(b[i])));
    });
  });
}

function checkAll() {
  const normalise = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
    normaliseRelu(x as tf.Tensor5D, scale as tf.Tensor1D, shift as tf.Tensor1D);
  compare(normalise, plain.normalise, [noise([2, 3, 4, 5, 6], 1), noise([6], 2), noise([6], 3)]);
  // Positive, as after a ReLU: the wasm backend's own maximum of negative values is wrong.
  compare((x) => shrinkByMax(x as tf.Tensor5D, [1, 2, 2]), plain.shrink, [tf.abs(noise([2, 3, 4, 6, 5], 4))]);
  compare((x) => enlarge(x as tf.Tensor5D, [2, 3, 2]), plain.enlarge, [noise([2, 2, 3, 4, 5], 5)]);
}

describe("fused channel operations agree with composed ones, gradients too", () => {
  beforeAll(registerWasmBackend);

  it("on wasm", async () => {
    await tf.setBackend("wasm");
    checkAll();
  });

  it("on native TensorFlow", async ({ skip }) => {
    const reason = await registerNativeForTest();
    if (reason) return skip(reason);
    checkAll();
  });
});
