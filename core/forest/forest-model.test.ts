import { expect, it } from "vitest";
import { saveCheckpoint } from "../checkpoint/checkpoint-files.ts";
import { tinyModel } from "../checkpoint/testing/tiny-model.ts";
import { EDGES } from "./feature-bins.ts";
import { featureCount } from "./features.ts";
import { LEAF } from "./forest.ts";
import { type ForestModel, isForest, loadForest, saveForest } from "./forest-model.ts";

const features = featureCount(2);
const { thresholds, classifier } = tinyModel;
const model: ForestModel = {
  forest: {
    featureCount: features,
    edges: Float32Array.from({ length: features * EDGES }, (_, i) => (i % EDGES) / 8),
    roots: Uint32Array.of(0, 3),
    features: Uint8Array.of(4, LEAF, LEAF, LEAF),
    thresholds: Uint8Array.of(17, 0, 0, 0),
    children: Uint32Array.of(1, 0, 1, 2),
    leafValues: Uint8Array.of(0, 1, 2, 250, 251, 252, 9, 8, 7),
  },
  sigmasUm: [0.5, 1.25],
  canonical: null,
  thresholds,
  voxelSizeZyx: [2, 0.5, 0.25],
  outlineUm: 0.5,
  classifier,
  training: { seed: 3, trainSeconds: 2.5, voxels: 1000, outOfBagError: 0.125 },
};
const files = saveForest(model);

it("comes back exactly, from wherever its bytes lie, and is told from a network", () => {
  expect(loadForest(files)).toEqual(model);
  const moved = Buffer.concat([Buffer.alloc(3), files["weights.bin"]]).subarray(3);
  expect(loadForest({ ...files, "weights.bin": moved })).toEqual(model);
  expect(isForest(files)).toBe(true);
  expect(isForest(saveCheckpoint(tinyModel))).toBe(false);
  expect(isForest({ "model.json": new Uint8Array(3) })).toBe(false);
});

it("writes nothing that it does not name", () => {
  const chatty = { ...model, token: "a secret", training: { ...model.training, host: "a secret" } };
  expect(new TextDecoder().decode(saveForest(chatty)["model.json"])).not.toContain("a secret");
});

const changed = (change: (json: Record<string, unknown>) => void) => {
  const json = JSON.parse(new TextDecoder().decode(files["model.json"]));
  change(json);
  return { ...files, "model.json": new TextEncoder().encode(JSON.stringify(json)) };
};
const grown = (forest: Partial<ForestModel["forest"]>) =>
  saveForest({ ...model, forest: { ...model.forest, ...forest } });

it.each([
  ["a field of its own", changed((json) => (json.token = "x")), "model.json"],
  ["no scale", changed((json) => (json.sigmasUm = [])), "model.json"],
  ["a scale that is none", changed((json) => (json.sigmasUm = [-1, 2])), "model.json"],
  ["endless trees", changed((json) => (json.trees = 1e9)), "model.json"],
  ["more nodes than are there", changed((json) => (json.nodes = 3_999_999)), "weights.bin"],
  ["a cut end", { ...files, "weights.bin": files["weights.bin"].slice(1) }, "weights.bin"],
  ["no trees at all", { "model.json": files["model.json"] }, "weights.bin"],
  [
    "a walk in a circle",
    grown({ features: Uint8Array.of(4, 4, LEAF, LEAF), children: Uint32Array.of(1, 0, 1, 2) }),
    "weights.bin",
  ],
  [
    "a child beyond the end",
    grown({ features: Uint8Array.of(4, 4, LEAF, 4), children: Uint32Array.of(1, 2, 1, 4) }),
    "weights.bin",
  ],
  ["a leaf beyond the end", grown({ children: Uint32Array.of(1, 0, 1, 3) }), "weights.bin"],
  ["a root beyond the end", grown({ roots: Uint32Array.of(0, 4) }), "weights.bin"],
  ["a feature that is not there", grown({ features: Uint8Array.of(features, LEAF, LEAF, LEAF) }), "weights.bin"],
  [
    "an edge that is no number",
    grown({ edges: model.forest.edges.map((edge, i) => (i === 5 ? Number.NaN : edge)) }),
    "weights.bin",
  ],
])("refuses a file with %s", (_how, damagedFiles, where) => {
  expect(() => loadForest(damagedFiles)).toThrow(expect.objectContaining({ tag: "checkpoint-damaged", where }));
});
