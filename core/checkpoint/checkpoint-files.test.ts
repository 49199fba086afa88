import { expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint-files.ts";
import { fromHalf, toHalf } from "./float-file.ts";
import { tinyModel as model, tinyProgress as progress } from "./testing/tiny-model.ts";
import type { TrainedModel } from "./trained-model.ts";

it("comes back exactly, with and without what a run needs to go on", () => {
  expect(loadCheckpoint(saveCheckpoint(model))).toEqual({ model, progress: null });
  expect(loadCheckpoint(saveCheckpoint(model, progress))).toEqual({ model, progress });
  const validated = { ...progress, best: { ap50: 0.6, weights: model.weights } };
  expect(loadCheckpoint(saveCheckpoint(model, validated)).progress).toEqual(validated);
});

it("reads bytes that lie anywhere in a larger buffer, as files come from the disk", () => {
  for (const width of [16, 32] as const) {
    const files = saveCheckpoint(model, undefined, width);
    const placed = Buffer.concat([Buffer.alloc(8), files["weights.bin"]]).subarray(8);
    const read = loadCheckpoint({ ...files, "weights.bin": placed }).model;
    expect(read).toEqual(loadCheckpoint(files).model);
  }
});

it("reads checkpoints from before there was a canonical size, as models of the volumes' own grid without classes", () => {
  const files = saveCheckpoint(model);
  const json = JSON.parse(new TextDecoder().decode(files["model.json"]));
  delete json.canonical;
  delete json.outlineUm;
  delete json.classifier;
  const old = { ...files, "model.json": new TextEncoder().encode(JSON.stringify(json)) };
  expect(loadCheckpoint(old).model).toEqual({ ...model, canonical: null, outlineUm: null, classifier: null });
});

it("goes on without classes where they were told by other features than are measured here", () => {
  const features = (model.classifier?.features ?? []).map((name) => `${name}-of-another-kind`);
  const other = { ...model, classifier: model.classifier && { ...model.classifier, features } };
  expect(loadCheckpoint(saveCheckpoint(other)).model).toEqual({ ...model, classifier: null });
});

it("halves the file with weights of 16 bits, and gives the same bytes from what it reads", () => {
  const odd = { ...model.weights, weights: model.weights.weights.map((_, i) => Math.sin(i) / (1 + (i % 7))) };
  const files = saveCheckpoint({ ...model, weights: odd }, undefined, 16);
  const { model: read } = loadCheckpoint(files);
  expect(saveCheckpoint(read, undefined, 16)).toEqual(files);
  expect(read.weights.mean).toEqual(odd.mean);
  expect(read.weights.variance).toEqual(odd.variance);
  read.weights.weights.forEach((value, i) => {
    expect(Math.abs(value - odd.weights[i])).toBeLessThanOrEqual(Math.abs(odd.weights[i]) * 2 ** -11 + 2 ** -25);
  });
  const all = odd.weights.length;
  expect(files["weights.bin"].byteLength).toBe(2 * all + 8 * odd.mean.length);
  const large = { ...odd, weights: odd.weights.map((value, i) => (i === 5 ? 65_520 : value)) };
  expect(() => saveCheckpoint({ ...model, weights: large }, undefined, 16)).toThrow(
    expect.objectContaining({ tag: "weights-not-finite" }),
  );
  const tooShort = { ...files, "weights.bin": files["weights.bin"].slice(2) };
  expect(() => loadCheckpoint(tooShort)).toThrow(expect.objectContaining({ tag: "checkpoint-damaged" }));
});

it("knows every number of 16 bits", () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half);
    if (Number.isNaN(value)) continue;
    expect(toHalf(value)).toBe(half);
    if (half >= 0x7bff) continue;
    // Halfway to the next one: the even one of both; a little to either side: the nearer one.
    const middle = (value + fromHalf(half + 1)) / 2;
    expect(toHalf(middle)).toBe(half % 2 === 0 ? half : half + 1);
    expect(toHalf(middle - (middle - value) / 64)).toBe(half);
    expect(toHalf(middle + (middle - value) / 64)).toBe(half + 1);
  }
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
    "with classes that have no weights",
    edited((json) => ((json.classifier as Record<string, unknown>).weights = [])),
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
