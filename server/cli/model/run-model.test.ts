import { expect, it } from "vitest";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import { runModel } from "./run-model.ts";

it("runs a model on a test tensor, and says what is wrong with what comes out", async () => {
  const { config, weights } = tinyModel;
  const sound = {
    ...tinyModel,
    weights: { ...weights, variance: weights.variance.map((value) => Math.abs(value) + 1) },
  };
  expect(await runModel(sound)).toBeNull();
  const strange = { ...sound, weights: { ...sound.weights, weights: weights.weights.map(() => Number.NaN) } };
  expect(await runModel(strange)).toBe("gives NaN for a probability in a test image");
  const [first, second] = config.levels;
  const levels = [first, { ...second, poolZyx: [15, 15, 15] as const }, { ...second, poolZyx: [15, 15, 15] as const }];
  expect(await runModel({ ...tinyModel, config: { ...config, levels } })).toContain("too large");
});
