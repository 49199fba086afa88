import { describe, expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { planNetwork } from "./model/network-config.ts";
import { countParameters } from "./model/parameters.ts";
import { createNetworkState } from "./model/trainable-network.ts";
import type { TrainedModel } from "./trained-model.ts";

const config = planNetwork({ voxelSizeZyx: [5, 1, 1], baseChannels: 4, levelCount: 3 });
const state = { ...createNetworkState(config, 9), step: 17 };
const model: TrainedModel = {
  config,
  weights: { weights: state.weights, mean: state.mean, variance: state.variance },
  thresholds: { foreground: 0.5, seed: 0.4, minSeparationUm: 3, minVolumeUm3: 20, maxVolumeUm3: 900, wall: 0 },
  voxelSizeZyx: [5, 1, 1],
  training: {
    seed: 9,
    steps: 17,
    trainSeconds: 3.5,
    stepMsMedian: 200,
    parameters: countParameters(config),
    patchShapeZyx: [8, 32, 32],
    stoppedBy: "budget",
    validationAp50: null,
  },
};

describe("checkpoints", () => {
  it("come back exactly, with and without what a run needs to go on", () => {
    expect(loadCheckpoint(saveCheckpoint(model))).toEqual({ model, progress: null });
    const progress = { state, randomState: 12345, elapsedSeconds: 61.5, stepMs: [1, 2], best: null };
    expect(loadCheckpoint(saveCheckpoint(model, progress))).toEqual({ model, progress });
    const validated = { ...progress, best: { ap50: 0.6, weights: model.weights } };
    expect(loadCheckpoint(saveCheckpoint(model, validated)).progress).toEqual(validated);
  });

  it.each([
    ["model.json", (bytes: Uint8Array) => bytes.slice(0, 40)],
    ["weights.bin", (bytes: Uint8Array) => bytes.slice(0, -4)],
    ["weights.bin", () => new Uint8Array(0)],
  ])("are refused when %s is damaged", (name, damage) => {
    const files = { ...saveCheckpoint(model) };
    files[name] = damage(files[name]);
    expect(() => loadCheckpoint(files)).toThrow(expect.objectContaining({ tag: "checkpoint-damaged", where: name }));
  });
});
