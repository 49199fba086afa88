import { beforeAll, describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { createRandom } from "../random.ts";
import { planNetwork } from "./network-config.ts";
import { createNetworkState, TrainableNetwork, type TrainingPatch } from "./trainable-network.ts";

const shapeZyx: Zyx = [4, 8, 12];
const size = 4 * 8 * 12;
const config = planNetwork({
  voxelSizeZyx: [1, 1, 1],
  baseChannels: 4,
  levelCount: 2,
  heads: ["foreground", "distance", "boundary"],
});

/** Truth from `seed`; known where `isKnown` says so, and there always the same. */
function createPatch(seed: number, isKnown: (index: number) => boolean): TrainingPatch {
  const image = createRandom(1);
  const truth = createRandom(2);
  const noise = createRandom(seed);
  const fill = (draw: () => number) => Float32Array.from({ length: size }, draw);
  const patch = {
    shapeZyx,
    image: fill(image.uniform),
    known: Float32Array.from({ length: size }, (_, i) => (isKnown(i) ? 1 : 0)),
    foreground: fill(() => (truth.uniform() < 0.4 ? 1 : 0)),
    distance: fill(truth.uniform),
    boundary: fill(() => (truth.uniform() < 0.2 ? 1 : 0)),
  };
  for (let i = 0; i < size; i++) {
    if (isKnown(i)) continue;
    patch.foreground[i] = noise.uniform() < 0.5 ? 1 : 0;
    patch.distance[i] = noise.uniform() * 3;
    patch.boundary[i] = noise.uniform() < 0.5 ? 1 : 0;
  }
  return patch;
}

const gradientOf = (patch: TrainingPatch) => {
  const network = new TrainableNetwork(config, createNetworkState(config, 3));
  const result = network.inspectGradient([patch]);
  network.dispose();
  return result;
};

describe("the masked loss", () => {
  beforeAll(registerWasmBackend);

  it("gives bit-identical gradients whatever the truth of unknown voxels is", () => {
    const half = (index: number) => index % 3 !== 0 && index < 300;
    const [one, other] = [10, 11].map((seed) => createPatch(seed, half));
    expect(one.foreground).not.toEqual(other.foreground);
    const [a, b] = [gradientOf(one), gradientOf(other)];
    expect(a.loss).toBeGreaterThan(0.1);
    expect(a.gradient.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    expect(new Uint32Array(a.gradient.buffer)).toEqual(new Uint32Array(b.gradient.buffer));
    expect(a.loss).toBe(b.loss);
  });

  it("gives exactly zero where nothing is known", () => {
    const { loss, gradient } = gradientOf(createPatch(10, () => false));
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
    expect(gradient.length).toBeGreaterThan(1000);
  });

  it("weighs only known voxels: half of them carry the mean of that half", () => {
    const all = createPatch(10, () => true);
    const someKnown = createPatch(10, (index) => index < size / 2);
    expect(gradientOf(all).loss).not.toBeCloseTo(gradientOf(someKnown).loss, 5);
  });

  it("agrees with the same formulas in plain numbers", async () => {
    const tf = await import("@tensorflow/tfjs");
    const { maskedLoss } = await import("./loss.ts");
    const patch = createPatch(10, (index) => index % 5 !== 0);
    const random = createRandom(20);
    const logits = Float32Array.from({ length: size * 3 }, () => random.normal() * 3);
    const tensors = Object.fromEntries(
      (["known", "foreground", "distance", "boundary"] as const).map((name) => [name, tf.tensor1d(patch[name])]),
    ) as Record<"known" | "foreground" | "distance" | "boundary", import("@tensorflow/tfjs").Tensor>;
    const loss = maskedLoss(config.heads, tf.tensor5d(logits, [1, ...shapeZyx, 3]), tensors).dataSync()[0];
    const known = [...patch.known.keys()].filter((i) => patch.known[i] === 1);
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const maskLoss = (head: number, truth: Float32Array) => {
      let entropy = 0;
      let both = 0;
      let sum = 0;
      for (const i of known) {
        const p = sigmoid(logits[i * 3 + head]);
        entropy -= truth[i] ? Math.log(p) : Math.log(1 - p);
        both += p * truth[i];
        sum += p + truth[i];
      }
      return entropy / known.length + 1 - (2 * both + 1) / (sum + 1);
    };
    const distance = known.reduce(
      (total, i) => total + Math.abs(sigmoid(logits[i * 3 + 1]) - patch.distance[i]) * (patch.foreground[i] ? 5 : 1),
      0,
    );
    const expected = maskLoss(0, patch.foreground) + distance / known.length + maskLoss(2, patch.boundary);
    expect(loss).toBeCloseTo(expected, 4);
  });
});
