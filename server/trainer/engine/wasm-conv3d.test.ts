import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { registerWasmBackend } from "./wasm-engine.ts";

const cases = [
  { x: [1, 5, 6, 7, 3], filter: [3, 3, 3, 3, 4] },
  { x: [2, 4, 7, 5, 2], filter: [3, 3, 3, 2, 1] },
  { x: [2, 3, 6, 5, 3], filter: [1, 3, 3, 3, 2] },
  { x: [1, 4, 5, 6, 2], filter: [1, 1, 1, 2, 3] },
] as const;

function noise(shape: readonly number[], seed: number): tf.Tensor {
  const random = createRandom(seed);
  const size = shape.reduce((product, value) => product * value, 1);
  return tf.tensor(Float32Array.from({ length: size }, random.normal), [...shape]);
}

/** Value, gradient by x and gradient by the filter on one backend, as plain arrays. */
async function convolutionOn(backend: string, { x, filter }: (typeof cases)[number], stride = 1) {
  await tf.setBackend(backend);
  const [image, kernel] = [noise(x, 1), noise(filter, 2)];
  const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, stride, "same");
  const value = convolve(image, kernel);
  const dy = noise(value.shape, 3);
  const gradients = tf.grads(convolve)([image, kernel], dy);
  return Promise.all([value, ...gradients].map(async (tensor) => [...(await tensor.data())]));
}

describe("fast 3D convolution on wasm", () => {
  beforeAll(registerWasmBackend);

  it.each(cases)("agrees with the plain CPU backend: $x by $filter", async (shapes) => {
    const fast = await convolutionOn("wasm", shapes);
    const plain = await convolutionOn("cpu", shapes);
    fast.forEach((values, output) => {
      expect(values.length).toBeGreaterThan(0);
      expect(values.some((value) => Math.abs(value) > 0.1)).toBe(true);
      values.forEach((value, i) => {
        expect(Math.abs(value - plain[output][i])).toBeLessThan(1e-4);
      });
    });
  });

  it("leaves strides that it does not cover to the shipped kernel", async () => {
    const shapes = { x: [1, 4, 6, 8, 2], filter: [3, 3, 3, 2, 2] } as unknown as (typeof cases)[number];
    const [fast] = await convolutionOn("wasm", shapes, 2);
    const [plain] = await convolutionOn("cpu", shapes, 2);
    expect(fast.length).toBe(1 * 2 * 3 * 4 * 2);
    fast.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i], 4);
    });
  });
});
