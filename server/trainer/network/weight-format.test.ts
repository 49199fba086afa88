import { io } from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { planNetwork } from "./network-config.ts";
import { createNetworkState } from "./trainable-network.ts";

it("a checkpoint holds weights that TensorFlow.js itself reads", () => {
  const config = planNetwork({
    voxelSizeZyx: [5, 1, 1],
    baseChannels: 4,
    levelCount: 3,
  });
  const { weights, mean, variance } = createNetworkState(config, 9);
  const files = saveCheckpoint({
    config,
    weights: { weights, mean, variance },
    thresholds: { foreground: 0.5, seed: 0.4, minSeparationUm: 3, minVolumeUm3: 20, maxVolumeUm3: 900, wall: 0 },
    canonical: null,
    outlineUm: null,
    classifier: null,
    voxelSizeZyx: [5, 1, 1],
    training: {
      seed: 9,
      steps: 17,
      trainSeconds: 3.5,
      stepMsMedian: 200,
      parameters: weights.length,
      patchShapeZyx: [8, 32, 32],
      stoppedBy: "budget",
      validationAp50: null,
    },
  });
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(files["model.json"]));
  const decoded = io.decodeWeights(files["weights.bin"].slice().buffer, weightsManifest[0].weights);
  expect(decoded["down1/1/filter"].shape).toEqual([1, 3, 3, 1, 4]);
  expect([...decoded["down1/1/filter"].dataSync()]).toEqual([...weights.slice(0, 36)]);
  expect([...decoded["statistics/variance"].dataSync()].every((value) => value === 1)).toBe(true);
});
