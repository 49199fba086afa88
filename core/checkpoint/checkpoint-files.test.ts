import { expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint-files.ts";
import { tinyModel as model, tinyProgress as progress } from "./testing/tiny-model.ts";
import type { TrainedModel } from "./trained-model.ts";

it("comes back exactly, with and without what a run needs to go on", () => {
  expect(loadCheckpoint(saveCheckpoint(model))).toEqual({ model, progress: null });
  expect(loadCheckpoint(saveCheckpoint(model, progress))).toEqual({ model, progress });
  const validated = { ...progress, best: { ap50: 0.6, weights: model.weights } };
  expect(loadCheckpoint(saveCheckpoint(model, validated)).progress).toEqual(validated);
});

/** Changes the JSON of a file. */
const edited =
  (change: (json: Record<string, unknown>) => void) =>
  (bytes: Uint8Array): Uint8Array => {
    const json = JSON.parse(new TextDecoder().decode(bytes));
    change(json);
    return new TextEncoder().encode(JSON.stringify(json));
  };
const withNumber = (value: number) => (bytes: Uint8Array) => {
  const values = new Float32Array(bytes.slice().buffer);
  values[values.length - 3] = value;
  return new Uint8Array(values.buffer);
};

it.each([
  ["model.json", "cut off", (bytes: Uint8Array) => bytes.slice(0, 40), "checkpoint-damaged"],
  ["model.json", "empty", () => new Uint8Array(0), "checkpoint-damaged"],
  ["model.json", "with a field of its own", edited((json) => (json.settings = {})), "checkpoint-damaged"],
  [
    "model.json",
    "with a field of its own deep inside",
    edited((json) => ((json.training as Record<string, unknown>).token = "t")),
    "checkpoint-damaged",
  ],
  [
    "model.json",
    "with weights of another network",
    edited((json) => {
      (json.weightsManifest as { weights: { name: string }[] }[])[0].weights[0].name = "secret";
    }),
    "checkpoint-damaged",
  ],
  ["weights.bin", "cut off", (bytes: Uint8Array) => bytes.slice(0, -4), "checkpoint-damaged"],
  ["weights.bin", "empty", () => new Uint8Array(0), "checkpoint-damaged"],
  ["weights.bin", "with a number that is none", withNumber(Number.NaN), "weights-not-finite"],
  ["weights.bin", "with an infinite number", withNumber(Number.NEGATIVE_INFINITY), "weights-not-finite"],
  ["progress.json", "cut off", (bytes: Uint8Array) => bytes.slice(0, 20), "checkpoint-damaged"],
  ["progress.bin", "with an infinite number", withNumber(Number.POSITIVE_INFINITY), "weights-not-finite"],
] as const)("refuses a %s %s", (name, _how, damage, tag) => {
  const files: Record<string, Uint8Array> = { ...saveCheckpoint(model, progress) };
  files[name] = damage(files[name]);
  expect(() => loadCheckpoint(files)).toThrow(expect.objectContaining({ tag, where: name }));
});

it.each(["model.json", "weights.bin", "progress.bin"])("refuses a checkpoint without %s", (name) => {
  const { [name]: _, ...files } = saveCheckpoint(model, progress);
  expect(() => loadCheckpoint(files)).toThrow(expect.objectContaining({ tag: "checkpoint-damaged", where: name }));
});

it("writes no weights that are not finite, and nothing that it does not name", () => {
  const broken = { ...model.weights, mean: model.weights.mean.map(() => Number.NaN) };
  expect(() => saveCheckpoint({ ...model, weights: broken })).toThrow(
    expect.objectContaining({ tag: "weights-not-finite" }),
  );
  const chatty = { ...model, token: "a secret" } as TrainedModel;
  expect(new TextDecoder().decode(saveCheckpoint(chatty)["model.json"])).not.toContain("a secret");
});
