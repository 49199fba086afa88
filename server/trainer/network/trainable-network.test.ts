import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { countParameters, poolingFactor, receptiveRadius } from "../../../core/checkpoint/network-layout.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { createRandom } from "../random.ts";
import { planNetwork } from "./network-config.ts";
import { Predictor } from "./predictor.ts";
import { createNetworkState, TrainableNetwork, type TrainingPatch } from "./trainable-network.ts";

const shapeZyx: Zyx = [4, 8, 12];
const config = planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 });

/** Bright blocks are nuclei. */
function createPatch(seed: number): TrainingPatch {
  const random = createRandom(seed);
  const size = 4 * 8 * 12;
  const foreground = Float32Array.from({ length: size }, (_, i) => (Math.floor(i / 4) % 3 === 0 ? 1 : 0));
  return {
    shapeZyx,
    image: foreground.map((value) => value * 0.8 + random.uniform() * 0.2),
    known: new Float32Array(size).fill(1),
    foreground,
    distance: foreground.map((value) => value * 0.7),
    boundary: new Float32Array(size),
  };
}

describe("planNetwork", () => {
  it("pools thick slices in plane first", () => {
    const thick = planNetwork({ voxelSizeZyx: [5, 1, 1], baseChannels: 8, levelCount: 4 });
    expect(thick.levels.map(({ kernelZyx }) => kernelZyx[0])).toEqual(
      [1, 1 + 2, 3, 3].map((k, i) => (i === 0 ? 1 : k)),
    );
    expect(thick.levels.map(({ poolZyx }) => poolZyx)).toEqual([
      [1, 1, 1],
      [1, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(poolingFactor(thick)).toEqual([4, 8, 8]);
  });

  it("has a few hundred thousand parameters", () => {
    const sizes = [
      [8, 3],
      [16, 3],
      [24, 3],
    ].map(([baseChannels, levelCount]) =>
      countParameters(planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels, levelCount })),
    );
    expect(sizes.map((size) => Math.round(size / 1000))).toEqual([89, 354, 795]);
  });
});

describe("a training network", () => {
  beforeAll(registerWasmBackend);

  it("learns, leaves no tensor behind, and is the same for the same seed", () => {
    const run = () => {
      const network = new TrainableNetwork(config, createNetworkState(config, 5));
      const losses: number[] = [];
      let tensors = 0;
      for (let step = 0; step < 12; step++) {
        losses.push(network.learn([createPatch(step)], 5e-3));
        if (step === 0) tensors = tf.memory().numTensors;
        else expect(tf.memory().numTensors).toBe(tensors);
      }
      const { weights } = network.state();
      network.dispose();
      return { losses, weights };
    };
    const before = tf.memory().numTensors;
    const first = run();
    expect(tf.memory().numTensors).toBe(before);
    expect(first.losses.at(-1)).toBeLessThan(first.losses[0] * 0.8);
    expect(run()).toEqual(first);
  });

  it("predicts a voxel from its receptive field only", async () => {
    const predictor = new Predictor(config, createNetworkState(config, 7));
    const shape: Zyx = [4, 8, 48];
    const random = createRandom(8);
    const image = Float32Array.from({ length: 4 * 8 * 48 }, random.uniform);
    const before = await predictor.predictTile(image, shape);
    image[2 * 8 * 48 + 4 * 48 + 2] += 1;
    const after = await predictor.predictTile(image, shape);
    predictor.dispose();
    const radius = receptiveRadius(config)[2];
    expect(radius).toBeLessThan(40);
    let changed = 0;
    for (let x = 0; x < 48; x++)
      for (let head = 0; head < 2; head++) {
        const at = ((2 * 8 + 4) * 48 + x) * 2 + head;
        if (Math.abs(x - 2) > radius) expect(after[at]).toBe(before[at]);
        else if (after[at] !== before[at]) changed++;
      }
    expect(changed).toBeGreaterThan(3);
  });
});
